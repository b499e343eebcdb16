import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import type { Io } from '../../io.js';
import type { ToolResult } from './protocol.js';

/** Carries out one command line. */
type Run = (argv: string[], io: Io) => Promise<void>;

interface McpOptions {
  db?: string;
  config?: string;
}

/** Declares `llmcost mcp`; `run` is the program itself: a tool is one of its commands. */
export function registerMcp(program: Command, io: Io, run: Run): void {
  program
    .command('mcp')
    .description(
      'Answer questions of an AI assistant over the Model Context Protocol (stdio): report, why, explain, budget.',
    )
    .option('--db <path>', 'the database file, for every question')
    .option('--config <path>', 'the configuration, for every question')
    .addHelpText('after', EXAMPLES)
    .action((options: McpOptions) => serve(options, { version: program.version() ?? '', io, run }));
}

const EXAMPLES = `
Examples:
  claude mcp add llmcost -- npx llmcost mcp --db ~/llmcost.duckdb`;

const INSTRUCTIONS =
  'llmcost knows what LLM calls cost, from usage that was imported before. Ask report for amounts, explain for changes, why for one call, budget for limits. Amounts are exact decimal text in USD: do not recompute them. Notes in warnings belong to the answer.';

interface Serving {
  version: string;
  io: Io;
  run: Run;
}

/** Answers line after line until stdin ends. Questions are asked one after the other; everything else is answered at once. */
async function serve(options: McpOptions, { version, io, run }: Serving): Promise<void> {
  const [{ answerLine }, { commandLine, TOOLS }] = await Promise.all([import('./protocol.js'), import('./tools.js')]);
  let last: Promise<unknown> = Promise.resolve();
  const call = (name: string, input: Readonly<Record<string, unknown>>): Promise<ToolResult> => {
    const asked = commandLine(name, input);
    if ('wrong' in asked) return Promise.resolve(failed(asked.wrong));
    const answer = last.then(() => answerOf(withOptions(asked.line, options), io, run));
    last = answer;
    return answer;
  };
  const server = { version, instructions: INSTRUCTIONS, tools: TOOLS, call };
  const pending = new Set<Promise<void>>();
  for await (const line of createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const answered = answerLine(line, server).then((text) => {
      if (text !== undefined) io.stdout.write(`${text}\n`);
      pending.delete(answered);
    });
    pending.add(answered);
  }
  await Promise.all(pending);
}

/** What holds for every question goes before what is asked after `--`. */
function withOptions([command = '', ...line]: readonly string[], { db, config }: McpOptions): string[] {
  const known = command === 'why' ? { db } : { db, config };
  const options = Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  return [command, ...options, ...line];
}

/** Runs a command and takes its JSON. Exit codes 1 and 4 with an answer are verdicts, not failures. */
async function answerOf(line: string[], io: Io, run: Run): Promise<ToolResult> {
  const [stdout, out] = collected();
  const [stderr, err] = collected();
  let code = 0;
  const setExitCode = (exitCode: number) => {
    code = exitCode;
  };
  // A verdict belongs to whoever asks, not to the summary of a step of CI.
  const env = { ...io.env, GITHUB_STEP_SUMMARY: undefined };
  await run(line, { ...io, env, stdin: Readable.from([]), stdout, stderr, setExitCode });
  const text = out();
  if (text === '') return failed(err().trim() === '' ? `The command ended with exit code ${code}.` : err().trim());
  const answer: unknown = JSON.parse(text);
  const { isObject } = await import('./protocol.js');
  return { content: [{ type: 'text', text }], ...(isObject(answer) ? { structuredContent: answer } : {}) };
}

function failed(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}

function collected(): [Writable, () => string] {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return [stream, () => Buffer.concat(chunks).toString('utf8')];
}
