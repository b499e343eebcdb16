import type { Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import type { Io } from '../../io.js';
import { type Places, valuesFor } from './values.js';

/** A word that would fit, and what it is. */
export interface Candidate {
  word: string;
  text: string;
}

/** What may stand in the place of the last word; `words` are those after the name of the program, the last one maybe empty. */
export async function candidatesFor(program: Command, words: readonly string[], io: Io): Promise<Candidate[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { command, rest } = commandOf(program, before);
  const places = { db: givenValue(before, '--db'), config: givenValue(before, '--config') };
  const found = await atCursor({ command, rest, current, places, io });
  return found.filter(({ word }) => word.startsWith(current));
}

interface Cursor {
  command: Command;
  /** The words after the name of the command. */
  rest: readonly string[];
  current: string;
  places: Places;
  io: Io;
}

async function atCursor({ command, rest, current, places, io }: Cursor): Promise<Candidate[]> {
  const [name, value] = splitAtSign(current);
  if (value !== undefined) {
    const option = optionNamed(command, name);
    const words = option === undefined ? [] : await valuesOfOption(option, value, places, io);
    return words.map(({ word, text }) => ({ word: `${name}=${word}`, text }));
  }
  const open = rest.at(-1) === undefined ? undefined : optionNamed(command, rest.at(-1) ?? '');
  if (open?.required === true) return valuesOfOption(open, current, places, io);
  const optional = open?.optional === true ? await valuesOfOption(open, current, places, io) : [];
  if (current.startsWith('-')) return optionsOf(command);
  const commands = command.commands.map((one) => ({ word: one.name(), text: one.summary() || one.description() }));
  const argument = command.registeredArguments[positionOf(command, rest)];
  const values =
    argument === undefined ? [] : (argument.argChoices ?? (await fitting(argument.name(), current, places, io)) ?? []);
  const shown = [...optional, ...commands, ...values.map((word) => ({ word, text: '' }))];
  const nothingElse = command.commands.length === 0 && command.registeredArguments.length === 0 && shown.length === 0;
  return nothingElse ? optionsOf(command) : shown;
}

/** The command that words lead to, and the words after its name. */
function commandOf(program: Command, words: readonly string[]): { command: Command; rest: string[] } {
  let command = program;
  let rest = [...words];
  for (const [at, word] of words.entries()) {
    const child = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (child === undefined) continue;
    command = child;
    rest = words.slice(at + 1);
  }
  return { command, rest };
}

function optionNamed(command: Command, word: string): Option | undefined {
  return word.startsWith('-') ? command.options.find(({ long, short }) => long === word || short === word) : undefined;
}

function optionsOf(command: Command): Candidate[] {
  const own = command.options.filter(({ hidden }) => !hidden);
  const help = { word: '--help', text: 'what the command takes' };
  return [...own.map(({ long, short, description }) => ({ word: long ?? short ?? '', text: description })), help];
}

async function valuesOfOption(option: Option, start: string, places: Places, io: Io): Promise<Candidate[]> {
  const words = option.argChoices ?? (await fitting(option.long ?? '', start, places, io)) ?? [];
  return words.map((word) => ({ word, text: '' }));
}

/** A configuration with a fault, or a name that is no dimension, is told when the command runs, not at a key. */
async function fitting(name: string, start: string, places: Places, io: Io): Promise<string[] | undefined> {
  try {
    return await valuesFor(name, start, places, io);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** How many arguments are there already. */
function positionOf(command: Command, rest: readonly string[]): number {
  let count = 0;
  for (const [at, word] of rest.entries()) {
    const before = at === 0 ? undefined : optionNamed(command, rest[at - 1] ?? '');
    if (!word.startsWith('-') && before?.required !== true) count += 1;
  }
  const last = command.registeredArguments.length - 1;
  return command.registeredArguments[last]?.variadic === true ? Math.min(count, last) : count;
}

function givenValue(words: readonly string[], name: string): string | undefined {
  const at = words.indexOf(name);
  return at < 0 ? words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) : words[at + 1];
}

/** --by=mod → --by, mod */
function splitAtSign(word: string): [string, string | undefined] {
  const found = /^(--[\w-]+)=(.*)$/s.exec(word);
  return found === null ? [word, undefined] : [found[1] ?? '', found[2] ?? ''];
}

/** The words of a line up to the cursor, as a shell takes them: quotes and backslashes are theirs. The last may be empty. */
export function wordsOf(line: string): string[] {
  const words: string[] = [''];
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? '';
    const last = words.length - 1;
    if (quote === '' && /\s/.test(letter)) {
      if (words[last] !== '') words.push('');
    } else if (letter === '\\' && quote !== "'" && at + 1 < line.length) {
      at += 1;
      words[last] += line[at] ?? '';
    } else if (letter === quote) quote = '';
    else if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
    else words[last] += letter;
  }
  return words;
}
