import type { BudgetExplanation } from '../../query/budget/answer.js';
import { columnsOf, type Document, NONE, type TableSection } from '../document.js';
import { formatCount, formatMoney, shownCurrency } from '../text/number.js';
import { amountText } from './budget_columns.js';

/** What used a budget up: tables of days, models, … and of the most expensive calls. */
export function budgetExplanationDocument(found: BudgetExplanation): Document {
  const { query, used, parts, calls, currency } = found;
  const { unit } = query;
  const who = Object.values(query.group).map((value) => value ?? NONE);
  return {
    json: found,
    head: [
      `${[query.rule, ...who].join(', ')}: ${query.metric} ${amountText(used, { unit, currency })} (${query.period}, ${query.tz})`,
    ],
    body: [...parts.map((part) => partTable(part, query)), ...(calls.length === 0 ? [] : [callTable(calls)])],
    notes: [],
    records: {
      columns: ['by', 'value', 'amount', 'cost', 'requests'],
      rows: [
        ...parts.flatMap(({ by, rows }) =>
          rows.map((one) => [by, one.value ?? NONE, one.amount, one.cost, one.requests]),
        ),
        ...calls.map(({ id, cost }) => ['call', id ?? NONE, null, cost, '1']),
      ],
    },
  };
}

function partTable({ by, rows }: BudgetExplanation['parts'][number], query: BudgetExplanation['query']): TableSection {
  const ofCost = query.metric === 'cost';
  return {
    type: 'table',
    title: by,
    table: {
      columns: columnsOf(
        by,
        ...(ofCost ? [] : [[query.metric, 'right'] as [string, 'right']]),
        ['cost', 'right'],
        ['requests', 'right'],
      ),
      rows: rows.map(({ value, amount, cost, requests }) => [
        value ?? NONE,
        ...(ofCost ? [] : [amountText(amount, { unit: query.unit, currency: shownCurrency() })]),
        cost === null ? 'unpriced' : formatMoney(cost),
        requests === null ? '?' : formatCount(requests),
      ]),
      footer: [],
    },
  };
}

function callTable(calls: BudgetExplanation['calls']): TableSection {
  return {
    type: 'table',
    title: 'Most expensive calls',
    table: {
      columns: columnsOf(
        'dearest calls',
        'id',
        'model',
        'feature',
        ['input', 'right'],
        ['output', 'right'],
        ['cost', 'right'],
      ),
      rows: calls.map((call) => [
        call.at ?? '?',
        call.id ?? NONE,
        call.model ?? NONE,
        call.feature ?? NONE,
        formatCount(call.input_tokens),
        formatCount(call.output_tokens),
        call.cost === null ? '?' : formatMoney(call.cost),
      ]),
      footer: [],
    },
  };
}
