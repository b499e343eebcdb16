import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Io } from '../io.js';
import { TEMPLATE } from './options.js';
import { BUNDLE_DIRECTORY } from './pricing/book.js';

const CALLS = fileURLToPath(new URL('../../fixtures/demo/calls.jsonl.gz', import.meta.url));

/** What the demo asks, and the command line that asks the same. */
const QUESTIONS = [
  { title: 'Who causes the cost?', by: ['customer'], command: 'llmcost report --by customer' },
  { title: 'Which feature, on which model?', by: ['feature', 'model'], command: 'llmcost report --by feature,model' },
  { title: 'Which days stand out?', by: ['day'], top: 5, command: 'llmcost report --by day --top 5' },
] as const;

const NEXT = `Try it on your own logs:
  llmcost import your-logs.jsonl
  llmcost report --by model
  llmcost report --by customer,model --period 'last month'
`;

/** Declares `llmcost demo`. */
export function registerDemo(program: Command, io: Io): void {
  program
    .command('demo')
    .description('Import an invented month of an AI company into a temporary database and show what it cost.')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action((options: { color: boolean }) => demo(options, io));
}

async function demo({ color }: { color: boolean }, io: Io): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'llmcost-demo-'));
  try {
    await show(join(folder, 'demo.duckdb'), color, io);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  io.stdout.write(NEXT);
}

async function show(path: string, color: boolean, io: Io): Promise<void> {
  const [
    { withStore },
    { importFiles },
    { loadBundledBook },
    { mappingOf },
    { costReport },
    { reportDocument },
    { documentAsText, terminalOf },
    { importAsText },
    { periodBetween },
  ] = await Promise.all([
    import('../store/store.js'),
    import('../import/load/import.js'),
    import('../rate/bundle/bundle.js'),
    import('../import/declare/mapping.js'),
    import('../query/report/report.js'),
    import('../render/answers/report/report.js'),
    import('../render/table.js'),
    import('../render/answers/import.js'),
    import('../query/scope/period.js'),
  ]);
  const terminal = terminalOf(io, { color });
  await withStore(path, { access: 'write', template: TEMPLATE }, async (store) => {
    await loadBundledBook(store, BUNDLE_DIRECTORY, io.now());
    io.stdout.write('October 2026 of a company that sells three AI features to eight customers (invented data).\n\n');
    const files = await importFiles(store, [{ path: CALLS, name: 'calls.jsonl.gz' }], {
      mapping: mappingOf([], []),
      tolerance: () => 0,
      dryRun: false,
      now: io.now(),
      stdin: io.stdin,
    });
    io.stdout.write(`> llmcost import calls.jsonl.gz\n${importAsText({ files, warnings: [], dryRun: false })}\n`);
    for (const { title, by, command, ...rest } of QUESTIONS) {
      const top = 'top' in rest ? rest.top : undefined;
      const answer = await costReport(store, {
        by: [...by],
        period: periodBetween(undefined, undefined, 'UTC'),
        tz: 'UTC',
        where: [],
        sort: undefined,
        top,
        now: io.now(),
      });
      io.stdout.write(
        `${title}\n> ${command}\n${documentAsText(reportDocument(answer, { seen: io.stdout.isTTY === true, costFirst: true }), terminal)}\n`,
      );
    }
  });
}
