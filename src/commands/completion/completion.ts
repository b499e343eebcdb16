import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';

interface CompletionOptions {
  candidates?: boolean;
  line?: string;
}

/** Declares `llmcost completion`. */
export function registerCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .description('Print what makes a shell complete commands, options and the names in the database at the Tab key.')
    .usage('bash|zsh|fish|powershell')
    .argument('[shell...]', 'bash, zsh, fish or powershell')
    .addOption(new Option('--candidates', 'what would fit in the place of the last word').hideHelp())
    .addOption(new Option('--line <text>', 'the line up to the cursor').hideHelp())
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: CompletionOptions) => completion(program, words, options, io));
}

const EXAMPLES = `
Examples:
  eval "$(llmcost completion bash)"      (in ~/.bashrc)
  eval "$(llmcost completion zsh)"       (in ~/.zshrc, after compinit)
  llmcost completion fish > ~/.config/fish/completions/llmcost.fish
  llmcost completion powershell | Out-String | Invoke-Expression      (in $PROFILE)`;

async function completion(program: Command, words: string[], options: CompletionOptions, io: Io): Promise<void> {
  if (options.candidates === true) {
    const { candidatesFor, wordsOf } = await import('./candidates.js');
    const given = options.line === undefined ? words : wordsOf(options.line).slice(1);
    const found = await candidatesFor(program, given, io);
    io.stdout.write(found.map(({ word, text }) => `${oneLine(word)}\t${oneLine(text)}\n`).join(''));
    return;
  }
  const { SCRIPTS, SHELLS } = await import('./scripts.js');
  const shell = SHELLS.find((one) => one === words[0]);
  if (shell === undefined || words.length !== 1) {
    throw new UsageError(
      `There is no completion for '${words.join(' ')}'.\nName one of ${SHELLS.join(', ')}: llmcost completion bash`,
    );
  }
  io.stdout.write(SCRIPTS[shell]);
}

/** A name from data must neither end its line nor steer the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
