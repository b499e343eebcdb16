import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Exchange } from '../config/exchange.js';
import { InputError, UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { Document } from '../render/document.js';
import type { Theme } from '../render/page/style.js';
import { assertReplaceable } from './answer_file.js';
import { chosenExchange } from './exchange.js';
import type { CommonOptions } from './options.js';

/** How an answer is printed. */
export interface AnswerOptions extends CommonOptions {
  /** One of the forms the command declares. */
  format: string;
  output?: string;
  /** Files that are read, which -o must not replace. */
  import?: string[];
  wide?: boolean;
  /** All digits of large numbers on a terminal. */
  exact?: boolean;
  /** How a page looks. */
  theme?: Theme;
  /** CSV that begins with a byte order mark. */
  bom?: boolean;
  config?: string;
  currency?: string;
  exchangeRates?: string;
  /** What amounts are converted into, as --currency and llmcost.yaml say. */
  exchange?: Exchange | undefined;
}

/** The forms that every table offers. */
export const FORMS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

/** Declares --format with the forms a command offers (the first if none is named) and -o. */
export function withAnswerOptions(command: Command, forms: readonly [string, ...string[]] = FORMS): Command {
  command
    .addOption(new Option('-f, --format <format>', 'how to print it').choices(forms).default(forms[0]))
    .option(
      '-o, --output <file>',
      'write to a file instead of stdout; its ending chooses the form: .csv, .json, .html, .md',
    );
  if (forms.includes('html')) {
    command.addOption(new Option('--theme <name>', 'of a page; default: as the system of the reader').choices(THEMES));
  }
  for (const form of forms.filter((name) => FLAGS.includes(name))) {
    command.addOption(new Option(`--${form}`, `the same as --format ${form}`).implies({ format: form }).hideHelp());
  }
  return command;
}

const THEMES = ['auto', 'light', 'dark'] as const satisfies readonly Theme[];

/** Forms that have an option of their own. */
const FLAGS = ['json', 'jsonl', 'csv', 'markdown', 'html'];

/** Declares --wide and --exact on a command whose tables may be too wide for a terminal. */
export function withWideOption(command: Command): Command {
  return command
    .option('--wide', 'never break long names, however narrow the terminal')
    .option('--exact', 'all digits of large numbers: 69,321,281 instead of 69.3M');
}

/** One question: its words, the answer, and the document that every form is made of. */
export interface Question<Options extends AnswerOptions, Query, Answer> {
  /** Its amounts can be shown in another currency: the command declares withCurrencyOptions. */
  inAnyCurrency?: true;
  /** Checks the words of the command line. Throws UsageError. */
  parse: (options: Options, io: Io) => Query | Promise<Query>;
  ask: (query: Query, asked: Asked<Options, Query>) => Promise<Answer>;
  document: (answer: Answer, asked: Asked<Options, Query>) => Document | Promise<Document>;
  /** Forms of this question alone, by name: what is written; undefined from one that writes its file itself. */
  forms?: (answer: Answer, asked: Asked<Options, Query>) => OtherForms;
  /** What is done when the answer and its notes are written: verdicts, exit codes. */
  conclude?: (answer: Answer, asked: Asked<Options, Query>) => void | Promise<void>;
}

type OtherForms = Record<string, () => Promise<string | undefined>>;

interface Asked<Options, Query> {
  query: Query;
  options: Options;
  io: Io;
}

/** Options → query → answer → form → output → notes: the one way of every question. */
export async function answerQuestion<Options extends AnswerOptions, Query, Answer>(
  question: Question<Options, Query, Answer>,
  options: Options,
  io: Io,
): Promise<void> {
  const exchange = question.inAnyCurrency === true ? await chosenExchange(options, io) : undefined;
  const converted = exchange === undefined ? options : { ...options, exchange };
  const query = await question.parse(converted, io);
  const asked = { query, options: converted, io };
  const answer = await question.ask(query, asked);
  const write = async () => {
    await writeDocument(await documentOf(question, answer, asked), converted, io, question.forms?.(answer, asked));
    await question.conclude?.(answer, asked);
  };
  if (exchange === undefined) return write();
  const { inCurrency } = await import('../render/text/number.js');
  await inCurrency(exchange.currency, write);
}

async function documentOf<Options extends AnswerOptions, Query, Answer>(
  question: Question<Options, Query, Answer>,
  answer: Answer,
  asked: Asked<Options, Query>,
): Promise<Document> {
  const document = await question.document(answer, asked);
  const { exchange } = asked.options;
  if (exchange === undefined) return document;
  const { currency, source, max_age_days } = exchange;
  return (await import('../render/in_currency.js')).sayCurrency(document, currency, { source, max_age_days });
}

/** Writes a document in the form asked for, to stdout or the file of -o, and its notes to stderr. */
export async function writeDocument(
  document: Document,
  options: AnswerOptions,
  io: Io,
  others: OtherForms = {},
): Promise<void> {
  const form = others[options.format];
  const text = form === undefined ? await textOf(document, options, io) : await form();
  if (text !== undefined) await writeAnswer(text, options.output, io, options.import);
  if (options.quiet === true) return;
  const beside = options.format === 'csv' ? (document.besideRecords ?? []) : [];
  const notes = options.verbose === true ? document.notes : (document.briefNotes ?? document.notes);
  await writeNotes([...beside, ...notes], io);
  if (options.output !== undefined && options.format === 'html') {
    io.stderr.write(`${options.output} is written; open it in a browser.\n`);
  }
}

async function textOf(document: Document, options: AnswerOptions, io: Io): Promise<string> {
  const { format, output } = options;
  switch (format) {
    case 'json':
      return (await import('../render/csv.js')).documentAsJson(document);
    case 'jsonl':
      return (await import('../render/csv.js')).documentAsJsonl(document);
    case 'csv':
      return (await import('../render/csv.js')).documentAsCsv(document, options);
    case 'markdown':
      return (await import('../render/markdown.js')).documentAsMarkdown(document);
    case 'html':
      refuseTerminal(output, io);
      return (await import('./page.js')).pageText(document, options.theme);
    case 'table': {
      const { documentAsText, terminalOf } = await import('../render/table.js');
      return documentAsText(document, terminalOf(io, { ...options, toFile: output !== undefined }));
    }
    default:
      throw new Error(`no form ${format}`);
  }
}

/** Throws UsageError for a page on a terminal, where nobody could read it. */
function refuseTerminal(output: string | undefined, io: Io): void {
  if (output !== undefined || io.stdout.isTTY !== true) return;
  throw new UsageError(
    'A page is for a browser, not for a terminal.\nName a file, for example -o report.html, or send it on with a pipe.',
  );
}

/**
 * Writes a text to the file of -o, else to stdout. Throws InputError, which names the file, and UsageError where the file is one that an
 * answer must not replace: a database, a configuration, or one of `inputs`.
 */
export async function writeAnswer(
  text: string,
  output: string | undefined,
  io: Io,
  inputs: readonly string[] = [],
): Promise<void> {
  if (output === undefined) {
    io.stdout.write(text);
    return;
  }
  await assertReplaceable(output, io, inputs);
  try {
    await writeFile(resolve(io.cwd, output), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`The answer could not be written to ${output}: ${reason}\nName another file with -o FILE.`, {
      cause,
    });
  }
}

const NOTES = 20;

/** Notes on stderr, the first 20; JSON has all of them. */
export async function writeNotes(notes: readonly string[], io: Io): Promise<void> {
  if (notes.length === 0) return;
  const { linesText } = await import('../render/table.js');
  const left = notes.length - NOTES;
  const more = left > 0 ? [`… and ${left} more; --format json lists all.`] : [];
  const columns = io.stderr.isTTY === true ? (io.stderr.columns ?? 80) : undefined;
  const lines = [...notes.slice(0, NOTES), ...more].map((message) => `note: ${message}`);
  io.stderr.write(linesText(lines, { columns }));
}
