import { type Command, Option } from 'commander';
import { StoreLocked, StoreMissing, StoreUnready } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Status } from '../../query/status/answer.js';
import { applyDefaults } from '../config/defaults.js';
import { type CommonOptions, databasePath, storeOptions, withCommonOptions, withConfigOption } from '../options.js';
import type { Kept } from './cache.js';

interface StatusOptions extends CommonOptions {
  config?: string;
  tz: string;
  format: 'line' | 'json';
  fromStdin?: boolean;
}

/** Declares `llmcost status`. */
export function registerStatus(program: Command, io: Io): void {
  withConfigOption(withCommonOptions(program.command('status')))
    .description('One line for a prompt or a status line: cost of today and this month, what is left of each budget.')
    .addOption(new Option('-f, --format <format>', 'how to print it').choices(['line', 'json']).default('line'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }).hideHelp())
    .option(
      '--from-stdin',
      'read what Claude Code tells its status line: the folder, the model, the cost of the session',
    )
    .option('--tz <zone>', 'time zone of days and months', 'UTC')
    .addHelpText('after', EXAMPLES)
    .action((options: StatusOptions, command: Command) => status(options, command, io));
}

const EXAMPLES = `
Examples:
  llmcost status
  llmcost status --format json
  llmcost status --from-stdin     (as the command of Claude Code's statusLine)`;

async function status(options: StatusOptions, command: Command, io: Io): Promise<void> {
  const session = options.fromStdin === true ? await sessionOf(io) : NO_SESSION;
  const here: Io = session.folder === undefined ? io : { ...io, cwd: session.folder };
  const answer = await answerOf(options, command, here);
  if (options.format === 'json') {
    io.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    return;
  }
  const { statusLine } = await import('../../render/answers/status.js');
  io.stdout.write(statusLine(answer, session.parts));
}

/** The kept answer while nothing has changed, else a new one; an older one where the database cannot be read now. */
async function answerOf(options: StatusOptions, command: Command, io: Io): Promise<Status> {
  const [{ configFile }, { cacheFile, keep, readKept, stampsOf }] = await Promise.all([
    import('../../config/config.js'),
    import('./cache.js'),
  ]);
  const config = configFile(options.config, io);
  const { LLMCOST_DB, LLMCOST_TZ, TZ } = io.env;
  const asked = ['1', io.cwd, config, options.db, options.tz, LLMCOST_DB, LLMCOST_TZ, TZ];
  const file = cacheFile(asked, io);
  const kept = readKept(file);
  const now = io.now().getTime();
  const fresh = kept !== undefined && now < kept.until && now >= Date.parse(kept.answer.at);
  if (fresh && kept.stamps === stampsOf(kept.database, config)) return kept.answer;
  await applyDefaults(command, io);
  const known: StatusOptions = command.opts();
  const database = databasePath(known, io);
  // Before the question: what is written meanwhile makes the answer an old one.
  const stamps = stampsOf(database, config);
  try {
    const answer = await askedOf(known, database, io);
    keep(file, { database, stamps, until: nextHour(now), answer });
    return answer;
  } catch (error) {
    if (error instanceof StoreMissing) return without('empty', known, io);
    if (!(error instanceof StoreLocked || error instanceof StoreUnready)) throw error;
    return earlier(kept, now) ?? without('unavailable', known, io);
  }
}

/** Days begin at a full hour, or at a quarter of one in some zones. */
function nextHour(now: number): number {
  const quarter = 15 * 60_000;
  return (Math.floor(now / quarter) + 1) * quarter;
}

function earlier(kept: Kept | undefined, now: number): Status | undefined {
  return kept === undefined || Date.parse(kept.answer.at) > now ? undefined : { ...kept.answer, state: 'stale' };
}

function without(state: 'empty' | 'unavailable', { tz }: StatusOptions, io: Io): Status {
  const nothing = { today: null, month: null, budgets: [] };
  return { schema: 'llmcost.status/1', at: io.now().toISOString(), tz, state, currency: 'USD', ...nothing };
}

/** Reads only, and waits for nobody. */
async function askedOf(options: StatusOptions, path: string, io: Io): Promise<Status> {
  const [{ withStore }, { statusOf }, { readConfig }, { parseZone }] = await Promise.all([
    import('../../store/store.js'),
    import('../../query/status/answer.js'),
    import('../../config/config.js'),
    import('../../query/scope/time_zone.js'),
  ]);
  const config = await readConfig(options.config, io);
  const budgets = config.budgets === undefined ? [] : (await import('../../config/budgets.js')).budgetsOf(config);
  const revenue = budgets.some(({ limit }) => limit.kind === 'revenue');
  const query = {
    budgets,
    tz: parseZone(options.tz),
    now: io.now(),
    usualPeriod: { kind: 'calendar', unit: 'month' } as const,
    terms: revenue ? (await import('../../config/revenue.js')).revenueTerms(config) : undefined,
  };
  const opening = { ...storeOptions('read', { ...options, quiet: true }, io), waitMs: 0, unchanged: true };
  return withStore(path, opening, (store) => statusOf(store, query));
}

/** What Claude Code tells of a session. */
interface Session {
  folder: string | undefined;
  parts: string[];
}

const NO_SESSION: Session = { folder: undefined, parts: [] };

/**
 * Reads https://code.claude.com/docs/en/statusline from stdin. What is not there, or not JSON, is left out: a status line must not fail
 * because another version says something else.
 */
async function sessionOf({ stdin }: Io): Promise<Session> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  const said = parsed(Buffer.concat(chunks).toString('utf8'));
  const model = textAt(said, 'model', 'display_name');
  const cost = at(at(said, 'cost'), 'total_cost_usd');
  const session = typeof cost === 'number' && cost >= 0 ? [`session $${cost.toFixed(2)}`] : [];
  return {
    folder: textAt(said, 'workspace', 'current_dir') ?? textAt(said, 'cwd'),
    parts: [...(model === undefined ? [] : [model]), ...session],
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = path.reduce(at, value);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
