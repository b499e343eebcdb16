import type { Budget } from '../../config/budgets.js';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import { type FileOptions, withImported } from '../import/memory.js';
import { writeAnswer } from '../output.js';
import { withOwnStore } from '../pricing/custom_prices.js';
import type { BudgetQuery } from "../../query/budget/answer.js";

interface ExplainOptions extends FileOptions {
  /** The name of the rule, and the values of its groups. */
  explain: string[];
  format: string;
  output?: string;
  wide?: boolean;
}

/** Shows what used up the budget of one group of a rule. */
export async function explainBudget(query: BudgetQuery, options: ExplainOptions, io: Io): Promise<void> {
  const [name = '', ...values] = options.explain;
  const budget = ruleNamed(query.budgets, name);
  const { explainedBudget } = await import('../../query/budget/explain.js');
  const ask = (store: Store) => explainedBudget(store, { ...query, budget, values });
  const answer =
    options.import === undefined ? await withOwnStore(options, io, ask) : await withImported(options, io, ask);
  const rendered = await import('../../render/budget/explain.js');
  const { terminalOf } = await import('../../render/text/table.js');
  const terminal = terminalOf(io, {
    color: options.color,
    wide: options.wide === true,
    toFile: options.output !== undefined,
  });
  const forms: Record<string, () => string> = {
    table: () => rendered.explanationAsTable(answer, terminal),
    json: () => rendered.explanationAsJson(answer),
    csv: () => rendered.explanationAsCsv(answer),
    markdown: () => rendered.explanationAsMarkdown(answer),
  };
  const form = forms[options.format];
  if (form === undefined) {
    throw new UsageError(
      `--explain cannot be printed as ${options.format}.\nPossible are: ${Object.keys(forms).join(', ')}.`,
    );
  }
  await writeAnswer(form(), options.output, io);
}

function ruleNamed(budgets: readonly Budget[], name: string): Budget {
  const found = budgets.find((budget) => budget.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `--explain '${name}' is no budget of llmcost.yaml.\nThere are: ${budgets.map((one) => one.name).join(', ')}.`,
  );
}
