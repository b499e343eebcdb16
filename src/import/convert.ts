import { type Sql, sql } from '../sql.js';

/** How a file writes numbers: `json`, or text with a point (1,234.5) or a comma (1.234,5) before the decimals. */
export type NumberStyle = 'json' | 'point' | 'comma';

/** What a time field holds: seconds since 1970, or anything an ISO 8601 or epoch reader understands. */
export type TimeUnit = 'seconds' | 'any';

/**
 * A whole number written in a text as bigint; null if it is none, has more than 12 digits or a fraction other than 0.
 * DuckDB alone would round 12.5 to 13. The short way costs 0.02 s per 2 million numbers more than a bare cast.
 */
export function wholeNumber(text: Sql, style: NumberStyle): Sql {
  if (style === 'json') {
    return sql`case
      when strlen(${text}) > 12 or contains(${text}, '.') or contains(${text}, '-') then ${exactNumber(text)}
      else try_cast(${text} as bigint)
    end`;
  }
  return sql`case
    when try_cast(${text} as bigint) is null or strlen(${text}) > 12 or contains(${text}, '.') or contains(${text}, '-')
      then ${exactNumber(pointStyle(text, style))}
    else try_cast(${text} as bigint)
  end`;
}

function exactNumber(text: Sql): Sql {
  return sql`case
    when try_cast(${text} as decimal(38, 18)) = try_cast(${text} as decimal(12, 0)) then cast(try_cast(${text} as decimal(12, 0)) as bigint)
  end`;
}

/** A decimal number written in a text; null if it is none. */
export function decimalNumber(text: Sql, style: NumberStyle): Sql {
  return sql`try_cast(${style === 'json' ? text : pointStyle(text, style)} as decimal(38, 18))`;
}

/** Without thousands separators, currency signs and blanks. A separator that does not stand before three digits spoils the number. */
function pointStyle(text: Sql, style: 'point' | 'comma'): Sql {
  const bare = sql`replace(replace(trim(${text}), '$', ''), ' ', '')`;
  if (style === 'point') {
    return sql`case
      when not contains(${text}, ',') then ${bare}
      when regexp_full_match(${bare}, '-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?') then replace(${bare}, ',', '')
    end`;
  }
  return sql`case
    when not contains(${text}, '.') then replace(${bare}, ',', '.')
    when regexp_full_match(${bare}, '-?[0-9]{1,3}([.][0-9]{3})+(,[0-9]*)?') then replace(replace(${bare}, '.', ''), ',', '.')
  end`;
}

/** A time as timestamp in UTC; null if it is none or lies outside of the years 2000 to 2099. */
export function timeOf(text: Sql, unit: TimeUnit): Sql {
  if (unit === 'seconds') {
    return sql`case
      when try_cast(${text} as bigint) between 946684800 and 4102444799 and not contains(${text}, '.')
        then make_timestamp(try_cast(${text} as bigint) * 1000000)
      else ${anyTime(text)}
    end`;
  }
  return anyTime(text);
}

/**
 * Numbers count from 1970 in seconds, milliseconds, microseconds or nanoseconds, told apart by their size. A time
 * without zone is UTC. Dates with points are day first, as everywhere they are used; with slashes nobody can tell.
 */
function anyTime(text: Sql): Sql {
  const epoch = sql`try_cast(${text} as decimal(38, 9))`;
  const written = sql`coalesce(
    try_cast(${text} as timestamptz),
    try_cast(try_strptime(trim(${text}), ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S', '%Y-%m-%dT%H:%MZ']) as timestamptz)
  )`;
  return sql`case
    when ${epoch} is not null then case
      when ${epoch} between 946684800 and 4102444799 then make_timestamp(cast(${epoch} * 1000000 as bigint))
      when ${epoch} between 946684800000 and 4102444799999 then make_timestamp(cast(${epoch} * 1000 as bigint))
      when ${epoch} between 946684800000000 and 4102444799999999 then make_timestamp(cast(${epoch} as bigint))
      when ${epoch} between 946684800000000000 and 4102444799999999999 then make_timestamp(cast(floor(${epoch} / 1000) as bigint))
    end
    when ${written} >= timestamptz '2000-01-01' and ${written} < timestamptz '2100-01-01' then cast(${written} as timestamp)
  end`;
}

/** A text, or null where there is nothing in it. Trimming costs 0.1 s per million values; only CSV files need it. */
export function textOf(text: Sql, style: NumberStyle): Sql {
  return style === 'json' ? sql`nullif(${text}, '')` : sql`nullif(trim(${text}), '')`;
}

/** true, 1, yes or false, 0, no in any spelling; anything else is null. */
export function flagOf(text: Sql): Sql {
  return sql`try_cast(lower(trim(${text})) as boolean)`;
}
