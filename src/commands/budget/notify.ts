import type { NotifyTarget } from '../../config/notify.js';
import { StoreError, UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { BudgetCheck } from '../../query/budget/check.js';
import type { Notice } from '../../query/budget/sent_notifications.js';
import type { Store } from '../../store/store.js';
import type { FileOptions } from '../import/memory.js';
import { databasePath, storeOptions } from '../options.js';

/** Who is told. */
export interface NotifyOptions extends FileOptions {
  /** Names of targets; false after --no-notify. */
  notify?: string[] | false;
  dryRun?: boolean;
}

/** The targets of llmcost.yaml that are told: all, or those named. Throws UsageError for a name that is none. */
export async function chosenTargets({ notify, config: path }: NotifyOptions, io: Io): Promise<NotifyTarget[]> {
  if (notify === false) return [];
  const [{ readConfig }, { notifyTargets }] = await Promise.all([
    import('../../config/config.js'),
    import('../../config/notify.js'),
  ]);
  const targets = notifyTargets(await readConfig(path, io));
  if (notify === undefined) return targets;
  return notify.map((name) => {
    const found = targets.find((target) => target.name === name);
    if (found !== undefined) return found;
    const known = targets.length === 0 ? 'There are none.' : `There are: ${targets.map((one) => one.name).join(', ')}.`;
    throw new UsageError(`--notify '${name}' is no target of the section notify of llmcost.yaml.\n${known}`);
  });
}

/**
 * Tells the targets what they were not told yet, and remembers what they took. What goes wrong is said on stderr; it never changes the
 * verdict.
 */
export async function notify(
  answer: BudgetCheck,
  targets: readonly NotifyTarget[],
  { options, io }: Telling,
): Promise<void> {
  const due = targets.flatMap(({ name, on }) =>
    answer.rows
      .filter(({ verdict }) => on.some((one) => one === verdict))
      .map((row): Notice => ({ target: name, row })),
  );
  if (options.dryRun === true && due.length === 0) {
    const why = targets.length === 0 ? 'there is no target to tell' : 'no verdict is one that a target is told of';
    io.stderr.write(`note: nothing would be sent: ${why}.\n`);
  }
  if (due.length === 0) return;
  try {
    await tell(due, targets, { options, io });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    io.stderr.write(`note: nobody was told of it: ${error.message}\n`);
  }
}

interface Telling {
  options: NotifyOptions;
  io: Io;
}

async function tell(due: readonly Notice[], targets: readonly NotifyTarget[], { options, io }: Telling): Promise<void> {
  const { newNotices, rememberNotices } = await import('../../query/budget/sent_notifications.js');
  // What is checked from files has no database to remember anything in.
  const remembers = options.import === undefined;
  const fresh = remembers ? await inDatabase(options, io, (store) => newNotices(store, due)) : due;
  const signal = AbortSignal.timeout((await import('../../notify/deliver.js')).NOTIFY_MS);
  const told: Notice[] = [];
  for (const target of targets) {
    const notices = fresh.filter((notice) => notice.target === target.name);
    if (notices.length > 0 && (await took(target, notices, { options, io, signal }))) told.push(...notices);
  }
  if (told.length > 0 && remembers) await inDatabase(options, io, (store) => rememberNotices(store, told, io.now()));
}

/** Whether a target was sent its notices, and took them. */
async function took(
  target: NotifyTarget,
  notices: readonly Notice[],
  { options, io, signal }: Telling & { signal: AbortSignal },
): Promise<boolean> {
  const [{ messageOf }, { delivered }] = await Promise.all([
    import('../../notify/message.js'),
    import('../../notify/deliver.js'),
  ]);
  const message = messageOf(
    notices.map(({ row }) => row),
    io.now(),
  );
  if (options.dryRun === true) {
    const lines = [message.subject, ...message.lines].map((line) => `  ${line}\n`).join('');
    io.stderr.write(`${target.name} (${target.kind}) would be sent:\n${lines}`);
    return false;
  }
  const trouble = await delivered(target, message, io, signal);
  if (trouble !== undefined) {
    io.stderr.write(`note: ${target.name} was not told: ${trouble}. The next check tries again.\n`);
    return false;
  }
  if (options.quiet !== true) io.stderr.write(`${target.name} was told of ${counted(notices.length)}.\n`);
  return true;
}

function counted(rows: number): string {
  return rows === 1 ? '1 budget' : `${rows} budgets`;
}

async function inDatabase<T>(options: NotifyOptions, io: Io, fn: (store: Store) => Promise<T>): Promise<T> {
  const { withStore } = await import('../../store/store.js');
  return withStore(databasePath(options, io), storeOptions('write', options, io), fn);
}
