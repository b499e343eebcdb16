import type { Tool } from './protocol.js';

/** An argument of a tool: the option of the command it becomes, and whether there may be several. */
interface Argument {
  option: string;
  several?: boolean;
  description: string;
}

interface Declared {
  title: string;
  description: string;
  /** The command that answers it, with what is always said. */
  command: readonly string[];
  arguments: Readonly<Record<string, Argument>>;
  /** An argument without which there is no question; it is written after all options. */
  subject?: { name: string; description: string };
}

const PERIOD = "'this month', 'last month', 'last 7 days', yesterday, 2026-09, 2026-Q3, 2026-W40, all";
const WHERE = "filters that all hold: customer=acme, 'model~gpt-4*', feature!=a,b, 'user=(none)'";

const SCOPE = {
  period: { option: 'period', description: PERIOD },
  since: { option: 'since', description: 'from this date on, such as 2026-09-01; instead of period' },
  until: { option: 'until', description: 'up to, and without, this date' },
  tz: { option: 'tz', description: 'time zone of days, such as Europe/Berlin; default: UTC' },
  where: { option: 'where', several: true, description: WHERE },
} as const satisfies Declared['arguments'];

const DIMENSIONS =
  'customer, model, feature, provider, user, session, environment, day, week, month, hour, weekday, status, error_class, tag:NAME, …';

const DECLARED: Readonly<Record<string, Declared>> = {
  report: {
    title: 'Cost and usage',
    description:
      'Requests, tokens, cost, latency or errors of LLM calls, grouped by anything they are marked with. Money is exact decimal text in USD; null is unknown.',
    command: ['report'],
    arguments: {
      by: { option: 'by', several: true, description: `what to group by: ${DIMENSIONS} Default: model` },
      ...SCOPE,
      metrics: {
        option: 'metrics',
        several: true,
        description: 'cost, requests, input_tokens, error_rate, latency_p95, …',
      },
      every: { option: 'every', description: 'a series: hour, day, week or month' },
      compare: { option: 'compare', description: 'previous, or a period to compare with, such as 2026-08' },
      sort: { option: 'sort', description: 'a metric, such as cost or requests:asc' },
      top: { option: 'top', description: 'how many rows; the rest is summed up as (other)' },
      view: { option: 'view', description: 'options that llmcost.yaml has under this name' },
    },
  },
  why: {
    title: 'Cost of one call',
    description: 'Takes the cost of one call apart: tokens × rate, and the published price each rate comes from.',
    command: ['why'],
    arguments: {},
    subject: { name: 'id', description: "the id of the call as the provider gave it, or the application's trace id" },
  },
  explain: {
    title: 'Why the cost changed',
    description:
      'Takes the change of cost between two periods apart by cause: more requests, other models, longer prompts, prices, caching, retries. Default: the last 7 days against the 7 before.',
    command: ['explain'],
    arguments: {
      ...SCOPE,
      versus: {
        option: 'versus',
        description: 'what to compare with: previous (default), or a period such as 2026-09',
      },
      day: { option: 'day', description: 'explain this day, such as 2026-10-21, against the same weekday before' },
    },
  },
  budget: {
    title: 'Budgets',
    description:
      'Checks what was used against the budgets of llmcost.yaml, or against one limit: verdict, what is left, forecast, what used it.',
    command: ['budget-check', '--no-notify', '--all'],
    arguments: {
      rule: { option: 'rule', several: true, description: 'only these budgets of llmcost.yaml' },
      at: { option: 'at', description: 'as of the end of this day; default: now' },
      tz: SCOPE.tz,
      limit: {
        option: 'limit',
        description: "one limit instead of those of llmcost.yaml: '50 USD', '2M tokens', '5%'",
      },
      period: { option: 'period', description: 'with limit: day, week, month, quarter, year or all' },
      where: { option: 'where', several: true, description: `with limit: ${WHERE}` },
      group_by: {
        option: 'group-by',
        several: true,
        description: 'with limit: a budget for each value, such as customer',
      },
      metric: { option: 'metric', description: 'with limit: what is limited, such as error_rate' },
    },
  },
};

/** The tools as clients see them. */
export const TOOLS: readonly Tool[] = Object.entries(DECLARED).map(([name, declared]) => ({
  name,
  title: declared.title,
  description: declared.description,
  inputSchema: {
    type: 'object',
    properties: propertiesOf(declared),
    ...(declared.subject === undefined ? {} : { required: [declared.subject.name] }),
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
}));

function propertiesOf({ arguments: known, subject }: Declared): Record<string, object> {
  const options = Object.entries(known).map(([name, { several, description }]): [string, object] => [
    name,
    several === true ? { type: 'array', items: { type: 'string' }, description } : { type: 'string', description },
  ]);
  return Object.fromEntries([
    ...(subject === undefined ? [] : [[subject.name, { type: 'string', description: subject.description }] as const]),
    ...options,
  ]);
}

/** The command line that answers a call of a tool, or what is wrong with its arguments. */
export function commandLine(
  name: string,
  input: Readonly<Record<string, unknown>>,
): { line: string[] } | { wrong: string } {
  const declared = DECLARED[name];
  if (declared === undefined) return { wrong: `There is no tool '${name}'.` };
  const { command, arguments: known, subject } = declared;
  const line = [...command, '--format=json', '--quiet'];
  for (const [key, value] of Object.entries(input)) {
    if (value === undefined || value === null || key === subject?.name) continue;
    const argument = Object.hasOwn(known, key) ? known[key] : undefined;
    if (argument === undefined) return { wrong: `There is no argument '${key}'. There are: ${namesOf(declared)}.` };
    const values = textsOf(value);
    if (values === undefined)
      return { wrong: `${key} must be ${argument.several === true ? 'a list of texts' : 'a text'}.` };
    if (argument.several !== true && values.length !== 1) return { wrong: `${key} must be one text.` };
    line.push(...values.map((text) => `--${argument.option}=${text}`));
  }
  if (subject === undefined) return { line };
  const [text, ...more] = textsOf(input[subject.name]) ?? [];
  return text === undefined || more.length > 0
    ? { wrong: `${subject.name} is missing: ${subject.description}.` }
    : { line: [...line, '--', text] };
}

function namesOf({ arguments: known, subject }: Declared): string {
  return [...(subject === undefined ? [] : [subject.name]), ...Object.keys(known)].join(', ');
}

/** Models write 10 for '10' and a text for a list of one. */
function textsOf(value: unknown): string[] | undefined {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.map((one) => (typeof one === 'number' ? String(one) : one));
  return texts.every((one) => typeof one === 'string') ? texts : undefined;
}
