import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { BoardFile } from '../../query/quality/refresh.js';
import { collect } from '../options.js';
import { absolute } from '../pricing/book.js';
import { type AnswerOptions, withAnswerOptions, writeDocument } from '../question.js';
import { QUALITY_DIRECTORY, shippedBoards } from './quality_scores.js';

interface RefreshOptions {
  from: string[];
  output: string;
  asOf?: string;
}

/** Declares `llmcost quality`. */
export function registerQuality(program: Command, io: Io): void {
  const quality = program
    .command('quality')
    .description('The scores of models that simulate ranks by: which there are, and how newer ones are read.');
  withAnswerOptions(quality.command('list'), ['table', 'json', 'csv'])
    .description('Show the boards that come with the program: date, models, licence, attribution.')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action((options: AnswerOptions) => list(options, io));
  quality
    .command('refresh')
    .description('Read the files boards publish and write the scores of models that are sold.')
    .requiredOption(
      '--from <file>',
      'a file of Epoch AI, Arena or Aider, with its day in its name; repeat for more',
      collect,
    )
    .requiredOption('--output <folder>', 'the folder to write scores.csv and scores.json to')
    .option('--as-of <day>', 'the day of files that have none in their name')
    .addHelpText('after', EXAMPLES)
    .action((options: RefreshOptions) => refresh(options, io));
}

const EXAMPLES = `
Examples:
  llmcost quality refresh --from eci_scores-2026-08-11.csv --output scores
  llmcost simulate --all --quality scores/scores.csv`;

async function list(options: AnswerOptions, io: Io): Promise<void> {
  const { boardsDocument } = await import('../../render/answers/quality.js');
  await writeDocument(boardsDocument(await shippedBoards()), options, io);
}

async function refresh({ from, output, asOf }: RefreshOptions, io: Io): Promise<void> {
  const { withStore } = await import('../../store/store.js');
  const { refreshedScores } = await import('../../query/quality/refresh.js');
  const { scoreFiles } = await import('../../render/answers/quality.js');
  const { modelNames } = await import('../../query/quality/names.js');
  const refreshed = await withStore(':memory:', { access: 'write' }, async (store) => {
    const files: BoardFile[] = [];
    for (const path of from) {
      const { boardFile } = await import('./quality_scores.js');
      files.push(await boardFile(store, absolute(path, io), { shown: path, asOf: dayOf(path, asOf) }));
    }
    return refreshedScores(files, await modelNames(store, QUALITY_DIRECTORY));
  });
  const folder = absolute(output, io);
  const { scores, boards } = scoreFiles(refreshed);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'scores.csv'), scores);
  await writeFile(join(folder, 'scores.json'), boards);
  for (const { title, as_of, published, matched } of refreshed.boards) {
    io.stdout.write(`${title} of ${as_of}: ${published} models, ${matched} of them under the names they are sold by\n`);
  }
}

/** The day of a file: in its name, else the one given. */
function dayOf(path: string, given: string | undefined): string | undefined {
  const found = /\d{4}-\d{2}-\d{2}/.exec(basename(path))?.[0] ?? given;
  if (found !== undefined && Number.isNaN(Date.parse(found)))
    throw new UsageError(`'${found}' is no day.\nWrite --as-of 2026-08-11.`);
  return found;
}
