import { Command, CommanderError } from 'commander';
import { registerBaseline } from './commands/budget/baseline.js';
import { registerBudgetCheck } from './commands/budget/check.js';
import { registerForecast } from './commands/budget/forecast.js';
import { registerCompletion } from './commands/completion/completion.js';
import { registerInit } from './commands/config/init.js';
import { registerDemo } from './commands/demo.js';
import { registerDrift } from './commands/drift.js';
import { registerExplain } from './commands/explain.js';
import { withCommandFirst, withHabits } from './commands/habits.js';
import { registerAttribute } from './commands/import/attribute.js';
import { registerImport } from './commands/import/import.js';
import { registerImports } from './commands/import/imports.js';
import { registerMargin } from './commands/margin.js';
import { registerMcp } from './commands/mcp/mcp.js';
import { registerPricing } from './commands/pricing/pricing.js';
import { registerDashboard } from './commands/report/dashboard.js';
import { registerReport } from './commands/report/report.js';
import { registerSchema } from './commands/schema.js';
import { registerQuality } from './commands/simulate/quality.js';
import { registerRealised } from './commands/simulate/realised.js';
import { registerSimulate } from './commands/simulate/simulate.js';
import { start } from './commands/start.js';
import { registerStatus } from './commands/status/status.js';
import { registerPush } from './commands/team/push.js';
import { registerSync } from './commands/team/sync.js';
import { registerTeam } from './commands/team/team.js';
import { programVersion } from './commands/version.js';
import { registerWaste } from './commands/waste.js';
import { registerWhy } from './commands/why.js';
import { UserError } from './errors.js';
import { describeFailure, type Io, withoutCommands } from './io.js';

/**
 * Runs one command line: parses it, carries it out, and turns whatever is thrown into a message and an exit code.
 * This is the one place where errors are told apart.
 */
export async function main(argv: string[], io: Io): Promise<void> {
  const run = async (line: string[]) => {
    await buildProgram(io).parseAsync(withCommandFirst(line), { from: 'user' });
  };
  try {
    if (argv.length === 0) await start(run, io);
    else await run(argv);
  } catch (error) {
    io.setExitCode(answer(error, io, argv.includes('--debug')));
  }
}

/** The whole command line as commander sees it; also read by the test that compares it with the documents. */
export function buildProgram(io: Io): Command {
  const program = new Command('llmcost')
    .description('What your LLM calls cost, for whom, and whether a cheaper model would have done.')
    .version(programVersion(), '-V, --version')
    .option('--debug', 'show the stack of an unexpected error')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(withoutCommands(text)),
    })
    .showHelpAfterError('Run the command with --help to see what it takes.');
  program.commandsGroup('Get data in:');
  registerImport(program, io);
  registerImports(program, io);
  registerAttribute(program, io);
  registerInit(program, io);
  registerDemo(program, io);
  program.commandsGroup('Look:');
  registerReport(program, io);
  registerDashboard(program, io);
  registerExplain(program, io);
  registerWhy(program, io);
  registerDrift(program, io);
  registerMargin(program, io);
  program.commandsGroup('Decide:');
  registerSimulate(program, io);
  registerRealised(program, io);
  registerWaste(program, io);
  registerQuality(program, io);
  program.commandsGroup('Control:');
  registerBudgetCheck(program, io);
  registerStatus(program, io);
  registerForecast(program, io);
  registerBaseline(program, io);
  program.commandsGroup('Share it with a team:');
  registerPush(program, io);
  registerSync(program, io);
  registerTeam(program, io);
  program.commandsGroup('Prices:');
  registerPricing(program, io);
  program.commandsGroup('More:');
  registerMcp(program, io, main);
  registerCompletion(program, io);
  registerSchema(program, io);
  withHabits(program, io);
  return program;
}

/** Prints the error; returns the exit code (docs/exit-codes.md). */
function answer(error: unknown, io: Io, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UserError) {
    io.stderr.write(withoutCommands(`llmcost: ${error.message}\n`));
    if (debug) io.stderr.write(`${error.stack}\n`);
    return error.exitCode;
  }
  const { text, exitCode } = describeFailure(error, debug);
  io.stderr.write(text);
  return exitCode;
}
