import { join, literal, type Sql, sql } from '../../sql.js';
import { type AnyFormat, type Facts, isLedger } from '../declare/format.js';
import { allChecks, allSkips, unread } from '../rows/row_checks.js';
import { COUNTS, FACT_TYPES, type Lines, typedLines } from '../rows/statement.js';

/** Everything that can be wrong with a line, as one text `field: reason`, or null. For naming bad lines: slow. */
export function complaintOf(format: AnyFormat, lines: Lines): Sql {
  const complaints = [
    ...allChecks(format).map((check) => sql`when ${check.when} then ${literal(`${check.field}\n${check.reason}`)}`),
    ...negativeParts(format),
  ];
  return sql`
    with ${typedLines(format, lines)}
    select
      *,
      ${join([sql`false`, ...unread(format)], ' or ')} as unread,
      case ${join(
        allSkips(format).map(({ when }) => sql`when ${when} then null`),
        ' ',
      )} ${join(complaints, ' ')} end as complaint
    from typed`;
}

/** Of the numbers that are computed from several fields. */
function negativeParts(format: AnyFormat): Sql[] {
  if (isLedger(format)) return [];
  const complaints: Partial<Record<keyof Facts, string>> = {
    uncached_input_tokens: 'input tokens\nare fewer than the cached and other tokens among them',
    text_output_tokens: 'output tokens\nare fewer than the reasoning and other tokens among them',
  };
  return COUNTS.flatMap((name) => {
    const cell = format.facts[name];
    if (cell === null || 'constant' in cell) return [];
    const complaint = literal(complaints[name] ?? `${name}\nis negative`);
    return [sql`when try_cast(${cell} as ${FACT_TYPES[name]}) < 0 then ${complaint}`];
  });
}
