import { type Sql, sql } from '../sql.js';
import { ATTRIBUTION_STEP } from './schema_attribution.js';
import { GROWING_STEP } from './schema_growing.js';
import { LEDGER_STEP } from './schema_ledger.js';
import { NOTIFIED_STEP } from './schema_notified.js';
import { REVENUE_STEP } from './schema_revenue.js';
import { REVISIONS_STEP } from './schema_revisions.js';
import { ROLLED_STEP } from './schema_rolled.js';
import { USAGE_STEP } from './schema_usage.js';

/** The day of the newest list of its source that names a model; null where nobody wrote it down. */
const LAST_LISTED_STEP: Sql = sql`alter table price_model add column last_listed date`;

/**
 * The numbered steps that build the database. A step, once released, is never changed; what comes after is a new step.
 */
export const SCHEMA_STEPS: readonly Sql[] = [
  USAGE_STEP,
  REVISIONS_STEP,
  LEDGER_STEP,
  REVENUE_STEP,
  ATTRIBUTION_STEP,
  NOTIFIED_STEP,
  GROWING_STEP,
  ROLLED_STEP,
  LAST_LISTED_STEP,
];
