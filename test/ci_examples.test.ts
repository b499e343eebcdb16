import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

/*
 * What docs/ci.md and action.yml tell CI systems, git and cron to run, is run here by bash, in a folder like that of a user: npx is a
 * script that starts this very program.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'llmcost-ci-'));
const docs = ['docs/ci.md', 'docs/commands/baseline.md']
  .map((path) => readFileSync(join(ROOT, path), 'utf8'))
  .join('\n');

/** The text of a fenced block, by the words after its three marks. */
function block(info: string): string {
  const found = new RegExp(`^\`\`\`${info}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(docs)?.[1];
  if (found === undefined) throw new Error(`the documents have no block ${info}`);
  return found;
}

function bash(script: string, env: Record<string, string> = {}): { out: string; err: string; code: number | null } {
  const path = `${join(cwd, 'bin')}${delimiter}${process.env.PATH ?? ''}`;
  const { stdout, stderr, status } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env: { PATH: path, ...env },
    encoding: 'utf8',
  });
  return { out: stdout, err: stderr, code: status };
}

beforeAll(() => {
  mkdirSync(join(cwd, 'bin'));
  const npx = `#!/bin/bash\n[ "$1" = --yes ] && shift\necho "$1" > package\nshift\nexec "${process.execPath}" "${join(ROOT, 'bin/llmcost.js')}" "$@"\n`;
  writeFileSync(join(cwd, 'bin/npx'), npx);
  chmodSync(join(cwd, 'bin/npx'), 0o755);
  for (const name of ['main.jsonl', 'run.jsonl']) writeFileSync(join(cwd, name), block(`jsonl file=${name}`));
  const written = bash('npx llmcost baseline write --import main.jsonl --reason start');
  expect(written.code, written.err).toBe(0);
});

test('the job of GitHub: within the limit, above the baseline', () => {
  const { jobs } = parse(block('yaml github')) as { jobs: { budget: { steps: { run?: string }[] } } };
  const [limit, baseline] = jobs.budget.steps.flatMap(({ run }) => run ?? []);
  expect(bash(limit ?? '')).toEqual({
    out: '::notice title=llmcost::verdict: ok (exit code 0): 1 ok\n',
    err: 'verdict: ok (exit code 0): 1 ok\n',
    code: 0,
  });
  expect(bash(baseline ?? '').code).toBe(1);
  const { runs } = JSON.parse(readFileSync(join(cwd, 'llmcost.sarif'), 'utf8'));
  expect(runs[0].results).toMatchObject([{ ruleId: 'baseline', level: 'error' }]);
});

test('the job of GitLab writes both of its reports', () => {
  const { budget } = parse(block('yaml gitlab')) as {
    budget: { script: string[]; artifacts: { reports: Record<string, string> } };
  };
  for (const line of budget.script) expect(bash(line).code).toBe(0);
  const { codequality = '', junit = '' } = budget.artifacts.reports;
  expect(JSON.parse(readFileSync(join(cwd, codequality), 'utf8'))).toEqual([]);
  expect(readFileSync(join(cwd, junit), 'utf8')).toContain('tests="1" failures="0"');
});

test('before a push, and every night', () => {
  expect(bash(block('sh pre-push').replace(/^#!.*\n/, '')).code).toBe(0);
  const job = block('sh cron')
    .replace(/^(\S+ ){5}/, '')
    .replace('cd /srv/shop', `cd '${cwd}'`)
    .replace('logs/*.jsonl', 'main.jsonl');
  writeFileSync(
    join(cwd, 'llmcost.yaml'),
    'budgets: [{name: all, period: all, limit: 0.01 USD, max_price_age: any}]\n',
  );
  const { err, code } = bash(job);
  expect([err, code]).toEqual(['verdict: breach (exit code 1): 1 breach\n', 1]);
});

/** The issue comments of a pull request, as GitHub's API keeps them; `refuse` answers with this status instead. */
async function fakeGithub(comments: { id: number; body: string; user: { type: string } }[], refuse?: number) {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const url = new URL(request.url ?? '', 'http://localhost');
    seen.push(`${request.method} ${url.pathname} ${request.headers.authorization}`);
    const sent = chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) as { body: string });
    if (refuse !== undefined) {
      response.writeHead(refuse).end('{}');
      return;
    }
    if (request.method === 'POST' && sent)
      comments.push({ id: 100 + comments.length, body: sent.body, user: { type: 'Bot' } });
    const own = comments.find(({ id }) => url.pathname.endsWith(`/comments/${id}`));
    if (request.method === 'PATCH' && own && sent) own.body = sent.body;
    const page = Number(url.searchParams.get('page') ?? 1);
    response.end(JSON.stringify(request.method === 'GET' ? comments.slice((page - 1) * 100, page * 100) : {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { seen, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** Runs the script of the action with a text for a pull request 7. */
async function comment(text: string, url: string, event: object = { pull_request: { number: 7 } }): Promise<string> {
  writeFileSync(join(cwd, 'event.json'), JSON.stringify(event));
  writeFileSync(join(cwd, 'text.md'), text);
  const env = {
    GITHUB_API_URL: url,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_TOKEN: 't0',
    GITHUB_EVENT_PATH: 'event.json',
  };
  const child = spawn(process.execPath, [join(ROOT, 'action/comment.mjs'), 'text.md'], { cwd, env });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  return out;
}

test('the comment: written once, changed afterwards, on the second page too, never that of a person', async () => {
  const person = (id: number) => ({ id, body: '<!-- llmcost:budget-check -->\nquoted', user: { type: 'User' } });
  const comments = Array.from({ length: 101 }, (_, id) => person(id + 1));
  const github = await fakeGithub(comments);
  try {
    expect(await comment('<!-- llmcost:budget-check -->\n| ok |\n', github.url)).toBe(
      'llmcost: the comment is written.\n',
    );
    expect(comments.at(-1)?.body).toBe('<!-- llmcost:budget-check -->\n| ok |\n');
    expect(await comment('| breach |', github.url)).toBe('llmcost: the comment is up to date.\n');
    expect(comments).toHaveLength(102);
    expect(comments.at(-1)?.body).toBe('<!-- llmcost:budget-check -->\n| breach |\n');
    const writes = github.seen.filter((one) => !one.startsWith('GET'));
    expect(writes).toEqual([
      'POST /repos/acme/shop/issues/7/comments Bearer t0',
      'PATCH /repos/acme/shop/issues/comments/201 Bearer t0',
    ]);
    await comment('| breach |', github.url);
    expect(github.seen.filter((one) => !one.startsWith('GET'))).toEqual(writes);
    expect(await comment('x', github.url, { push: {} })).toContain('belongs to no pull request');
  } finally {
    github.close();
  }
});

test('a comment that is refused is a warning, with what to do', async () => {
  const github = await fakeGithub([], 403);
  try {
    const out = await comment('x', github.url);
    expect(out).toContain('::warning title=llmcost::The comment was not written: GitHub answered 403');
    expect(out).toContain('pull-requests: write');
  } finally {
    github.close();
  }
});

test('action.yml: its steps, with its inputs', () => {
  const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
    runs: { using: string; steps: { shell: string; run: string; env: Record<string, string> }[] };
  };
  expect(action.runs.using).toBe('composite');
  const [step] = action.runs.steps;
  const run = (given: Record<string, string>) => {
    const env = Object.entries(step?.env ?? {}).map(([name, expression]) => {
      const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1] ?? '';
      expect(Object.keys(action.inputs)).toContain(input);
      return [name, given[input] ?? action.inputs[input]?.default?.replace(/^\$\{\{.*\}\}$/, 't0') ?? ''];
    });
    return bash(step?.run ?? '', {
      ...Object.fromEntries(env),
      GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'),
      GITHUB_ACTION_PATH: ROOT,
    });
  };
  const above = run({ import: 'run.jsonl\nmain.jsonl', limit: '0.05 USD', version: '1.2.3' });
  expect(above.code).toBe(1);
  expect(above.out).toContain('::error title=llmcost%3A command line::command line: breached, cost USD 0.1');
  expect(readFileSync(join(cwd, 'package'), 'utf8')).toBe('llmcost@1.2.3\n');
  expect(readFileSync(join(cwd, 'summary.md'), 'utf8')).toContain('<!-- llmcost:budget-check -->');
  expect(run({ import: 'run.jsonl', baseline: 'llmcost-baseline.json', 'max-increase': '20%' }).code).toBe(0);
  // With a comment: the exit code is that of the check, the summary has the same text, and no pull request is no failure.
  writeFileSync(join(cwd, 'summary.md'), '');
  const commented = run({ import: 'run.jsonl', limit: '0.05 USD', comment: 'true' });
  expect([commented.code, commented.out]).toEqual([1, expect.stringContaining('belongs to no pull request')]);
  expect(readFileSync(join(cwd, 'summary.md'), 'utf8')).toContain('<!-- llmcost:budget-check -->');
  // What an input holds is an argument, never a command.
  const nasty = run({ import: 'run.jsonl', limit: '$(touch hacked); 5 USD' });
  expect(nasty.code).toBe(2);
  expect(bash('test -e hacked').code).toBe(1);
});
