import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { BillPoint } from '../../query/prices/answer.js';
import type { PriceDiff } from '../../render/answers/pricing/diff.js';
import { timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { writeDocument } from '../question.js';
import { chosenProvider, type TableOptions, withBook, withTableOptions } from './book.js';

interface DiffOptions extends TableOptions {
  on?: string;
  model?: string;
}

/** Declares `llmcost pricing diff`. */
export function registerDiff(pricing: Command, io: Io): void {
  withTableOptions(
    pricing
      .command('diff')
      .description('what changed between two price books or two days, and what it does to a bill')
      .argument('<before>', 'the number of a price book (see: pricing history), or a day')
      .argument('[after]', 'the same; default: the prices now')
      .option('--on <period>', "rate the usage of this period by both: 'last month', 2026-09, all")
      .option('--provider <name>', 'list the changes of this provider only')
      .option('--model <glob>', "list the changes of these models only: 'gpt-5*'"),
  ).action((before: string, after: string | undefined, options: DiffOptions) => diff([before, after], options, io));
}

/** Two points to compare: how it was asked, and the state of the prices it means. */
interface Point {
  name: string;
  bill: BillPoint;
  at: string;
}

async function diff([before, after]: [string, string | undefined], options: DiffOptions, io: Io): Promise<void> {
  const answer = await withBook('read', options, io, async (store) => {
    const points = { before: await pointOf(store, before, io), after: await pointOf(store, after ?? 'now', io) };
    // Beside a day, the prices now are a day as well: every call by those of today.
    if (points.before.bill.at !== null && points.after.bill.at === null) points.after.bill.at = points.after.at;
    return compared(store, points, { options, io });
  });
  const { diffDocument } = await import('../../render/answers/pricing/diff.js');
  await writeDocument(diffDocument(answer), options, io);
}

async function compared(
  store: Store,
  { before, after }: { before: Point; after: Point },
  { options, io }: { options: DiffOptions; io: Io },
): Promise<PriceDiff> {
  const [{ priceChanges }, { billDiff }, { parsePeriod }] = await Promise.all([
    import('../../rate/listing/price_changes.js'),
    import('../../query/prices/bill_diff.js'),
    import('../../query/scope/period.js'),
  ]);
  const changes = await priceChanges(store, {
    before: { revision: before.bill.revision, at: before.at },
    after: { revision: after.bill.revision, at: after.at },
    provider: await chosenProvider(options),
    model: options.model ?? null,
  });
  const period = options.on === undefined ? undefined : parsePeriod(options.on, 'UTC', io.now());
  const bill =
    period === undefined
      ? null
      : await billDiff(store, { before: before.bill, after: after.bill }, { period, now: io.now() });
  return { before: before.name, after: after.name, changes, bill };
}

/** A number is that price book, with the prices it has now; a day is the present book, with the prices of that day. */
async function pointOf(store: Store, text: string, io: Io): Promise<Point> {
  const [{ currentRevision }, { parseMoment }] = await Promise.all([
    import('../../rate/revision.js'),
    import('../../query/scope/period.js'),
  ]);
  const present = await currentRevision(store);
  const now = timestampOf(io.now());
  if (text === 'now') return { name: 'now', bill: { revision: present, at: null }, at: now };
  if (/^\d{1,9}$/.test(text)) {
    const revision = Number(text);
    if (revision >= 1 && revision <= present)
      return { name: `price book ${text}`, bill: { revision, at: null }, at: now };
    throw new UsageError(
      `There is no price book ${text} in this database. It has 1 to ${present}.\nSee which there are: llmcost pricing history`,
    );
  }
  const at = timestampOf(parseMoment(text, 'pricing diff', 'UTC'));
  return { name: text, bill: { revision: present, at }, at };
}
