import { NoAgents } from '../errors.js';
import type { Io } from '../io.js';
import { configuredDatabase } from './config/defaults.js';
import { databasePath } from './options.js';

const WAYS_IN = `
No logs of coding agents were found on this machine; above is an invented month. Three ways to your own figures:
  llmcost import logs/               a folder of logs: SDK answers, gateways, tracers, exports of providers
  llmcost import --explain FILE      what a file is taken for, before anything is imported
  llmcost import calls.csv --map …   a table of your own
`;

/**
 * `llmcost` alone: imports the logs of the coding agents on this machine and shows what this month cost; where there are none, the
 * demo and the ways in. `run` carries out one command line.
 */
export async function start(run: (argv: string[]) => Promise<void>, io: Io): Promise<void> {
  try {
    await run(['import']);
  } catch (error) {
    if (!(error instanceof NoAgents)) throw error;
    await run(['demo']);
    io.stdout.write(WAYS_IN);
    return;
  }
  const period = (await isUsedThisMonth(io)) ? 'this month' : 'all';
  io.stdout.write(`\n> llmcost report --by model --period '${period}'\n`);
  await run(['report', '--by', 'model', '--period', period]);
  io.stdout.write('\nMore: llmcost report --by day, llmcost dashboard, llmcost --help\n');
}

/** Whether there are calls since the month began, in UTC as reports have it. */
async function isUsedThisMonth(io: Io): Promise<boolean> {
  const [{ withStore }, { sql, timestampOf }] = await Promise.all([import('../store/store.js'), import('../sql.js')]);
  const db = await configuredDatabase(io);
  return withStore(
    databasePath({ color: false, ...(db === undefined ? {} : { db }) }, io),
    { access: 'read' },
    async (store) => {
      const { used } = await store.row<{ used: boolean }>(
        sql`select exists (from usage where occurred_at >= date_trunc('month', cast($now as timestamp))) as used`,
        { now: timestampOf(io.now()) },
      );
      return used;
    },
  );
}
