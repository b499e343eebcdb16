import { existsSync, readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Baseline } from '../../query/baseline/answer.js';
import { type FileOptions, withImported } from '../import/memory.js';
import { collect, withConfigOption } from '../options.js';
import { absolute } from '../pricing/book.js';
import { type AnswerOptions, writeAnswer, writeDocument } from '../question.js';

const USUAL_FILE = 'llmcost-baseline.json';

interface WriteOptions extends FileOptions {
  import: string[];
  reason: string;
  case?: string;
  output: string;
}

/** Declares `llmcost baseline`. */
export function registerBaseline(program: Command, io: Io): void {
  const baseline = program
    .command('baseline')
    .description('A recorded run that later ones are compared with: budget-check --baseline');
  withConfigOption(baseline.command('write'))
    .description('Write what a recorded run used, case by case, into a file to commit.')
    .requiredOption('--import <file>', 'the recorded run; repeat it', collect)
    .requiredOption('--reason <text>', 'why this is what later runs are measured by')
    .option(
      '--case <key>',
      'what tells cases apart: request_id, trace_id or tag:NAME; default: tag:case, else trace_id, else request_id',
    )
    .option('--map <name=path>', 'as in llmcost import; repeat it', collect)
    .option('--set <name=value>', 'as in llmcost import; repeat it', collect)
    .option('-o, --output <file>', 'the file', USUAL_FILE)
    .option('-q, --quiet', 'print nothing')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action((options: WriteOptions) => write(options, io));
  baseline
    .command('show')
    .argument('[file]', 'the baseline', USUAL_FILE)
    .description('Show a baseline: when and why it was written, what it holds, and what was before it.')
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action((file: string, options: AnswerOptions) => show(file, options, io));
}

async function write(options: WriteOptions, io: Io): Promise<void> {
  if (options.reason.trim() === '')
    throw new UsageError('--reason is empty.\nSay why later runs are measured by this one.');
  const [{ caseKey, recordedRun, usualCaseKey }, before] = await Promise.all([
    import('../../query/baseline/run.js'),
    existsSync(absolute(options.output, io)) ? readBaseline(options.output, io) : undefined,
  ]);
  const named = options.case === undefined ? undefined : caseKey(options.case);
  const baseline = await withImported(options, io, async (store) =>
    recordedRun(store, named ?? (await usualCaseKey(store)), { reason: options.reason, now: io.now(), before }),
  );
  await writeAnswer(`${JSON.stringify(baseline, null, 2)}\n`, options.output, io);
  if (options.quiet) return;
  const { baselineDocument } = await import('../../render/answers/baseline.js');
  const shown = { color: options.color, format: 'table' };
  await writeDocument(baselineDocument(baseline, options.output), shown, io);
}

async function show(file: string, options: AnswerOptions, io: Io): Promise<void> {
  const { baselineDocument } = await import('../../render/answers/baseline.js');
  await writeDocument(baselineDocument(await readBaseline(file, io), file), options, io);
}

/** The baseline of a file. Throws UsageError that names it. */
export async function readBaseline(file: string, io: Io): Promise<Baseline> {
  const { parsedBaseline } = await import('../../query/baseline/file.js');
  return parsedBaseline(textOf(file, io), file);
}

function textOf(file: string, io: Io): string {
  try {
    return readFileSync(absolute(file, io), 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(
      `${file} cannot be read: ${reason}\nWrite it: llmcost baseline write --import FILE --reason WHY -o ${file}`,
      { cause },
    );
  }
}
