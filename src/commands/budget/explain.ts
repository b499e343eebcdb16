import type { Budget } from '../../config/budgets.js';
import { UsageError } from '../../errors.js';
import type { BudgetExplanation, BudgetQuery } from '../../query/budget/answer.js';
import type { Question } from '../question.js';
import { type BudgetOptions, parseBudgetQuery, withUsage } from './query.js';

interface ExplainOptions extends BudgetOptions {
  /** The name of the rule, and the values of its groups. */
  explain: string[];
}

interface ExplainQuery extends BudgetQuery {
  budget: Budget;
  values: string[];
}

const FORMS = ['table', 'json', 'csv', 'markdown'];

/** What used up the budget of one group of a rule. */
export const BUDGET_EXPLANATION: Question<ExplainOptions, ExplainQuery, BudgetExplanation> = {
  inAnyCurrency: true,
  parse: async (options, io) => {
    const query = await parseBudgetQuery(options, io);
    const [name = '', ...values] = options.explain;
    if (!FORMS.includes(options.format)) {
      throw new UsageError(`--explain cannot be printed as ${options.format}.\nPossible are: ${FORMS.join(', ')}.`);
    }
    return { ...query, budget: ruleNamed(query.budgets, name), values };
  },
  ask: async (query, { options, io }) => {
    const { explainedBudget } = await import('../../query/budget/explain.js');
    return withUsage(options, io, (store) => explainedBudget(store, query));
  },
  document: async (found) =>
    (await import('../../render/answers/budget_explanation.js')).budgetExplanationDocument(found),
};

function ruleNamed(budgets: readonly Budget[], name: string): Budget {
  const found = budgets.find((budget) => budget.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `--explain '${name}' is no budget of llmcost.yaml.\nThere are: ${budgets.map((one) => one.name).join(', ')}.`,
  );
}
