import type { Names, SeenUsage } from '../../query/init/answer.js';

/*
 * A first llmcost.yaml. Sentences begin with "# "; a line that only has to lose its # to count begins with "#" and the text itself. Names
 * from data are written in quotes with everything unusual escaped, so that none of them ends a comment or becomes another value.
 */

/** The text of a configuration for what was seen; `from` is the database it was seen in, `today` the day (YYYY-MM-DD). */
export function configText(seen: SeenUsage, { from, today }: { from: string; today: string }): string {
  return `${[
    `# Configuration of llmcost, drafted on ${today} from what is in ${quoted(from)}. A line counts once its # is gone.`,
    '# llmcost looks for llmcost.yaml in the current folder, then in those above it. All keys: llmcost schema config',
    ...defaults(),
    ...budgets(seen),
    ...customers(seen.customers),
    ...attribution(seen),
    ...prices(seen),
    ...notify(),
  ].join('\n')}\n`;
}

function defaults(): string[] {
  return [
    '',
    '# What commands do unless an option says otherwise.',
    '#db: llmcost.duckdb     # from the folder of this file',
    '#tz: system             # or a name such as Europe/Berlin; else UTC',
    '#period: this month     # of report, dashboard, waste, margin and simulate; else all time',
    '#metrics: cost,requests # of report',
    '#theme: dark            # of pages: light, dark or auto',
    '',
    '# Options of reports under a name: llmcost report --view weekly',
    'views:',
    '  weekly: {by: model, every: week, period: last 4 weeks}',
    '#  customers: {by: customer, period: this month, top: 10}',
  ];
}

function budgets({ month, customers: { all } }: SeenUsage): string[] {
  const head = [
    '',
    '# What may be used, and when to say so: llmcost budget-check (exit code 1 above a limit), llmcost status.',
  ];
  if (month === null) {
    return [
      ...head,
      '# There is no whole month with a cost yet to take a first limit from.',
      '#budgets:',
      '#  - {name: all, period: month, limit: 100 USD, warn_at: 80%}',
    ];
  }
  const each = month.customer;
  const rest =
    each === null
      ? []
      : [
          `# Of ${counted(all, 'customer')} ${quoted(each.name)} cost most in ${month.month}.`,
          `#  - {name: each customer, group_by: [customer], period: month, limit: ${each.budget} USD, level: warn}`,
        ];
  return [
    ...head,
    'budgets:',
    `  # ${month.month} cost USD ${twoPlaces(month.cost)}; this is the next round amount.`,
    `  - {name: all, period: month, limit: ${month.budget} USD, warn_at: 80%}`,
    ...rest,
  ];
}

function customers(seen: Names): string[] {
  if (seen.all === 0) {
    return [
      '',
      '# What customers pay, for llmcost margin. No call names its customer yet: see attribution.',
      '#plans: {pro: 49 USD/month}',
      '#customers:',
      '#  acme: {plan: pro, aliases: [cus_123]}',
    ];
  }
  return [
    '',
    '# What customers pay, for llmcost margin: a plan, or a price of their own. Aliases are names they have elsewhere.',
    '#plans: {pro: 49 USD/month}',
    '#customers:',
    ...seen.names.map((name) => `#  ${quoted(name)}: {plan: pro}`),
    ...more(seen),
  ];
}

function attribution({ features, customers: { all } }: SeenUsage): string[] {
  const known = features.names[0];
  const where = known === undefined ? "'model~gpt-*'" : quoted(`feature=${known}`);
  return [
    '',
    `# To whom calls belong whose log does not say it: llmcost attribute. ${all === 0 ? 'No call has a customer.' : `There are ${counted(all, 'customer')} and ${counted(features.all, 'feature')}.`}`,
    ...listed(features, 'Features'),
    '#attribution:',
    `#  - {where: [${where}], set: {customer: acme}}`,
    '#  - {set: customer, from: api_key, file: customers.csv, key: api_key, value: customer}',
  ];
}

function prices({ models, unpriced }: SeenUsage): string[] {
  const dear = models.names[0] ?? 'gpt-4o';
  const aliases = unpriced.map(
    ({ provider, model }) =>
      `#    - {model: ${quoted(model)}, ${provider === null ? '' : `provider: ${quoted(provider)}, `}is: provider/model}`,
  );
  return [
    '',
    '# Prices of your own come before all lists: a discount, a price, what a name of yours stands for.',
    ...listed(models, 'Models'),
    '#prices:',
    '#  overrides:',
    `#    - {model: ${quoted(dear)}, discount: 15%, note: contract}`,
    ...(aliases.length === 0
      ? []
      : ['# These have no price: say which model of the lists each of them is.', '#  aliases:']),
    ...aliases,
  ];
}

function notify(): string[] {
  return [
    '',
    '# Who is told of budgets; the address is in the variable of the environment that is named here.',
    '#notify:',
    '#  - {name: team, slack: SLACK_WEBHOOK_URL, on: [warn, breach]}',
  ];
}

function listed(seen: Names, title: string): string[] {
  if (seen.all === 0) return [];
  const rest = seen.all - seen.names.length;
  return [`# ${title}: ${seen.names.map(quoted).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}

function more({ all, names }: Names): string[] {
  return all > names.length ? [`# … and ${all - names.length} more: llmcost report --by customer`] : [];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A text as YAML in double quotes, in which everything but printable characters is escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u00a0\u00ad\u2028-\u202f\u2060-\u206f\ufeff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An amount cut to cents, as text: the figure beside it is the exact one's next round amount. */
function twoPlaces(cost: string): string {
  const [whole = '0', fraction = ''] = cost.split('.');
  return `${whole}.${fraction.padEnd(2, '0').slice(0, 2)}`;
}
