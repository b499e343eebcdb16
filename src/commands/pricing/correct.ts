import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Corrected, Correction } from '../../rate/rerate/correct.js';
import { timestampOf } from '../../sql.js';
import { writeDocument } from '../question.js';
import { isDay, type TableOptions, withBook, withTableOptions } from './book.js';

interface CorrectOptions extends TableOptions {
  all?: boolean;
  backdate?: string | true;
  since?: string;
  until?: string;
  period?: string;
  yes?: boolean;
  dryRun?: boolean;
}

/** Declares `llmcost pricing correct`. */
export function registerCorrect(pricing: Command, io: Io): void {
  withTableOptions(
    pricing
      .command('correct')
      .description('rate past usage again, on purpose, by the price book of today; shows the effect before it asks')
      .argument('[model]', "whose usage, a glob: gpt-4o, 'openai/gpt-4*'")
      .option('--provider <name>', 'only what this provider was paid for')
      .option('--all', 'all usage, instead of a model')
      .option('--since <time>', 'only usage from this time on')
      .option('--until <time>', 'only usage before this time')
      .option('--period <words>', "only usage of this period: 'last month', 2026-09, …")
      .option('--backdate [day]', 'the price published last was right before it was seen: since this day, or always')
      .option('--yes', 'do not ask')
      .option('--dry-run', 'show the effect and change nothing'),
  ).action((model: string | undefined, options: CorrectOptions) => correct(model, options, io));
}

async function correct(model: string | undefined, options: CorrectOptions, io: Io): Promise<void> {
  const correction = await correctionOf(model, options, io);
  const { correctUsage } = await import('../../rate/rerate/correct.js');
  const said = await withBook('write', options, io, async (store) => {
    // Who does not want to be asked need not wait for the same work twice.
    const sure = options.yes === true && options.dryRun !== true;
    const effect = sure
      ? await store.transaction(() => correctUsage(store, correction, false))
      : await store.rehearsal(() => correctUsage(store, correction, true));
    const { correctionDocument } = await import('../../render/answers/pricing/correction.js');
    await writeDocument(correctionDocument(effect), options, io);
    if (effect.rows === 0 && effect.backdated === 0) return '';
    if (options.dryRun === true) return 'Nothing was changed (--dry-run).\n';
    if (sure) return sentence(effect);
    if (!(await agreed('Rate them again?', io))) return 'Nothing was changed.\n';
    return sentence(await store.transaction(() => correctUsage(store, correction, false)));
  });
  if (options.quiet !== true) io.stderr.write(said);
}

function sentence({ rows, backdated }: Corrected): string {
  const moved = backdated === 0 ? '' : `${backdated} rates hold for the past now; `;
  return `${moved}${rows} rows of usage were rated again. What they cost before: llmcost report --as-of.\n`;
}

async function correctionOf(model: string | undefined, options: CorrectOptions, io: Io): Promise<Correction> {
  if ((model === undefined && options.provider === undefined) !== (options.all === true)) {
    throw new UsageError(
      'Say whose usage is to be rated again: a model, --provider NAME, or --all.\nFor example: llmcost pricing correct gpt-4o --since 2026-09-01',
    );
  }
  const [{ canonicalProvider }, { parseQuery }] = await Promise.all([
    import('../../rate/models/providers.js'),
    import('../../query/scope/query.js'),
  ]);
  const { provider, period, since, until } = options;
  const { period: scope } = parseQuery({ period, since, until }, io.now());
  const iso = (instant: number | null) => (instant === null ? null : timestampOf(new Date(instant)));
  return {
    provider: provider === undefined ? null : canonicalProvider(provider),
    model: model ?? null,
    since: iso(scope.since),
    until: iso(scope.until),
    backdate: options.backdate === undefined ? null : options.backdate === true ? '' : dayOf(options.backdate),
    now: io.now(),
  };
}

function dayOf(text: string): string {
  if (isDay(text)) return text;
  throw new UsageError(`--backdate '${text}' is not a day.\nWrite it as --backdate 2026-08-01, or leave the day out.`);
}

/** Asks a question that `y` or `yes` agrees to. Throws UsageError where nobody can answer. */
async function agreed(question: string, io: Io): Promise<boolean> {
  if (io.stdin.isTTY !== true) {
    throw new UsageError('Nothing was changed: there is no terminal to ask on.\nAdd --yes to do it without asking.');
  }
  const terminal = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
