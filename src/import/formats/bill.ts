import { type Sql, sql } from '../../sql.js';
import { labelsIn } from '../declare/labels.js';

/** Lines of a bill that are for something else than calls to models; companies buy all they run from one cloud. */
export function elsewhere(ofModels: Sql): { reason: string; when: Sql } {
  return { reason: 'costs of other services', when: sql`not coalesce(${ofModels}, false)` };
}

/** Lines of tax: what calls cost is compared without it. */
export function taxes(kind: Sql): { reason: string; when: Sql } {
  return { reason: 'taxes', when: sql`coalesce(lower(${kind}) = 'tax', false)` };
}

/** A date with slashes, month first, as the ISO date it means; any other text stays as it is. */
export function monthFirst(text: Sql): Sql {
  return sql`coalesce(strftime(try_strptime(${text}, ['%m/%d/%Y', '%m/%d/%Y %H:%M:%S']), '%Y-%m-%d %H:%M:%S'), ${text})`;
}

/** Tags of a resource, a JSON object in a text, with its braces or without them. */
export function resourceTags(text: Sql): Sql {
  return labelsIn(sql`case when starts_with(${text}, '"') then concat('{', ${text}, '}') else ${text} end`);
}

/** The name of a model as a bill writes it, in the way of model names: `Claude Sonnet 4.5` → `claude-sonnet-4.5`. */
export function billedModel(text: Sql): Sql {
  return sql`nullif(regexp_replace(lower(trim(${text})), '[ _]+', '-', 'g'), '')`;
}
