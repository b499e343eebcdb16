/*
 * Writes the result of a budget check under a pull request, and on the next run changes its own comment instead of adding another. No
 * dependencies: it runs on the Node of the runner. https://docs.github.com/en/rest/issues/comments
 *
 * Environment: GITHUB_TOKEN, GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH (of GitHub), LLMCOST_COMMENT (a name, where there are
 * several checks). Argument: the file with the Markdown.
 */
import { readFile } from 'node:fs/promises';

/** GitHub takes 65,536 characters. */
const MOST = 65_000;
const PER_PAGE = 100;

const { env } = process;

try {
  await main(process.argv[2]);
} catch (error) {
  // The check has its own exit code: a comment that cannot be written must not fail it, but is told.
  process.stdout.write(`::warning title=llmcost::${oneLine(error instanceof Error ? error.message : String(error))}\n`);
}

async function main(file) {
  if (file === undefined) throw new Error('No file with the text of the comment was named.');
  const number = await pullRequest();
  if (number === undefined) {
    process.stdout.write('llmcost: this run belongs to no pull request, so nothing is commented.\n');
    return;
  }
  const name = (env.LLMCOST_COMMENT || 'budget-check').replaceAll(/[^\w.-]/g, '-');
  const marker = `<!-- llmcost:${name} -->`;
  const body = bodyOf(await readFile(file, 'utf8'), marker);
  const own = await ownComment(number, marker);
  if (own === undefined) await request('POST', `issues/${number}/comments`, { body });
  else if (own.body !== body) await request('PATCH', `issues/comments/${own.id}`, { body });
  process.stdout.write(`llmcost: the comment is ${own === undefined ? 'written' : 'up to date'}.\n`);
}

/** The number of the pull request of this run; undefined for a push or a schedule. */
async function pullRequest() {
  if (!env.GITHUB_EVENT_PATH) return undefined;
  const event = JSON.parse(await readFile(env.GITHUB_EVENT_PATH, 'utf8'));
  const number = event.pull_request?.number ?? (event.issue?.pull_request ? event.issue.number : undefined);
  return Number.isInteger(number) ? number : undefined;
}

/** The text with the marker first, by which the next run finds it. */
function bodyOf(text, marker) {
  const rest = text.replaceAll(/^<!-- llmcost:[\w.-]+ -->\n?/gm, '').trim();
  const short =
    rest.length > MOST ? `${rest.slice(0, MOST)}\n\n… shortened; the whole of it is in the summary of the run.` : rest;
  return `${marker}\n${short}\n`;
}

/** The comment that this action wrote before, among all of a pull request. One that a person quoted does not begin with the marker. */
async function ownComment(number, marker) {
  for (let page = 1; ; page++) {
    const comments = await request('GET', `issues/${number}/comments?per_page=${PER_PAGE}&page=${page}`);
    const own = comments.find(({ body, user }) => body?.startsWith(marker) && user?.type === 'Bot');
    if (own !== undefined || comments.length < PER_PAGE) return own;
  }
}

async function request(method, path, body) {
  const api = env.GITHUB_API_URL || 'https://api.github.com';
  const response = await fetch(`${api}/repos/${env.GITHUB_REPOSITORY}/${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${env.GITHUB_TOKEN}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.ok) return response.json();
  const hint =
    response.status === 403 || response.status === 404
      ? ' Give the job "permissions: pull-requests: write"; a pull request from a fork has no such token.'
      : '';
  throw new Error(`The comment was not written: GitHub answered ${response.status} to ${method} ${path}.${hint}`);
}

function oneLine(text) {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
