import { ATTRIBUTION } from './attribution.js';
import { BUDGETS } from './budgets.js';
import { checkedYaml } from './checked_yaml.js';
import { CURRENCY } from './currency.js';
import { DB, METRICS, PERIOD, THEME, TZ, VIEWS } from './defaults.js';
import { FORMATS } from './formats.js';
import { NOTIFY } from './notify.js';
import { CUSTOMERS, PLANS } from './plans.js';
import { PRICES } from './prices.js';
import { RATES } from './rates.js';
import { jsonSchema, object, optional, type Read } from './schema.js';
import { TEAM } from './team.js';

/** Every section of llmcost.yaml, each declared in a file of its own. */
const FILE = object({
  db: optional(DB),
  tz: optional(TZ),
  period: optional(PERIOD),
  metrics: optional(METRICS),
  theme: optional(THEME),
  views: optional(VIEWS),
  prices: optional(PRICES),
  plans: optional(PLANS),
  customers: optional(CUSTOMERS),
  rates: optional(RATES),
  currency: optional(CURRENCY),
  formats: optional(FORMATS),
  attribution: optional(ATTRIBUTION),
  budgets: optional(BUDGETS),
  notify: optional(NOTIFY),
  team: optional(TEAM),
});

/** The values of all sections. */
export type Sections = Read<typeof FILE>;

/** Reads the text of a configuration; `name` is how messages call the file. Throws UsageError with every problem. */
export function readSections(
  text: string,
  name: string,
): Sections & { where: (...path: (string | number)[]) => string } {
  const { value, where } = checkedYaml(FILE, text, name);
  return { ...value, where };
}

/** The JSON Schema of the whole file, for editors. */
export function configSchema(): object {
  return jsonSchema(FILE);
}
