import { literal, type Sql, sql } from '../../sql.js';

/** How a file writes numbers: `json`, or text with a point (1,234.5) or a comma (1.234,5) before the decimals. */
export type NumberStyle = 'json' | 'point' | 'comma';

/** What a time field holds: seconds since 1970, or anything an ISO 8601 or epoch reader understands. */
export type TimeUnit = 'seconds' | 'any';

/**
 * A whole number written in a text as bigint; null if it is none, has more than 12 digits or a fraction other than 0.
 * DuckDB alone would round 12.5 to 13. What a bare cast reads safely goes that way: it is told by three looks at the
 * text that take 5 ns each.
 */
export function wholeNumber(text: Sql, style: NumberStyle): Sql {
  const careful = sql`strlen(${text}) > 12 or contains(${text}, '.') or contains(${text}, '-')`;
  if (style === 'json') return sql`case when ${careful} then ${exactNumber(text)} else try_cast(${text} as bigint) end`;
  const exact = sql`case when not (${mistakable(text, style)}) then ${exactNumber(pointStyle(text, style))} end`;
  return sql`case
    when ${careful} then ${exact}
    else ${orElse(sql`try_cast(${text} as bigint)`, text, exact)}
  end`;
}

/** A text that writes down a whole number, 0 or above; null where it does not: -1, NaN, inf, 0.5, auto. */
export function plausibleNumber(text: Sql): Sql {
  return sql`case when regexp_full_match(trim(${text}), '[0-9]{1,9}([.]0+)?|[0-9]{1,3}([., ][0-9]{3}){1,2}') then ${text} end`;
}

/** A value, or another where a text is there but did not give the first: `coalesce` alone would work on every null. */
function orElse(value: Sql, text: Sql, other: Sql): Sql {
  return sql`coalesce(${value}, case when ${text} is not null then ${other} end)`;
}

/** 12.000 where decimals have a point, 12,000 where they have a comma: nobody counts thousandths of tokens, so it is rather the other way round. */
function mistakable(text: Sql, style: 'point' | 'comma'): Sql {
  const separator = style === 'point' ? sql`.` : sql`,`;
  return sql`contains(${text}, '${separator}') and regexp_full_match(trim(${text}), '-?[1-9][0-9]{0,2}([${separator}]000)+')`;
}

function exactNumber(text: Sql): Sql {
  return sql`case
    when try_cast(${text} as decimal(38, 18)) = try_cast(${text} as decimal(12, 0)) then cast(try_cast(${text} as decimal(12, 0)) as bigint)
  end`;
}

/** A number rounded to the nearest whole, as bigint: for durations, where a fraction of a millisecond means nothing. */
export function roundedNumber(text: Sql, style: NumberStyle): Sql {
  if (style === 'json') return sql`try_cast(${text} as bigint)`;
  const styled = sql`try_cast(${pointStyle(text, style)} as bigint)`;
  if (style === 'comma') return styled;
  return orElse(sql`try_cast(${text} as bigint)`, text, styled);
}

/**
 * A decimal number written in a text as decimal(38, 18); null if it is none. DuckDB takes 5 µs to cast a text to a
 * decimal of 128 bits, so texts that 64 bits hold without loss go that way: up to 9 digits, and fractions of 1.
 */
export function decimalNumber(text: Sql, style: NumberStyle): Sql {
  const bare = style === 'json' ? text : pointStyle(text, style);
  return sql`case
      when strlen(${bare}) <= 9 and not contains(lower(${bare}), 'e') then cast(try_cast(${bare} as decimal(18, 9)) as decimal(38, 18))
      when strlen(${bare}) <= 19 and starts_with(${bare}, '0.') and not contains(lower(${bare}), 'e')
        then cast(try_cast(${bare} as decimal(18, 17)) as decimal(38, 18))
      else try_cast(${bare} as decimal(38, 18))
    end`;
}

/** A whole number that a file writes in other units (`1.5` thousands), exact; null if it is none. */
export function scaledWhole(text: Sql, style: NumberStyle, factor: Sql): Sql {
  const product = sql`try(${decimalNumber(text, style)} * ${factor})`;
  return sql`case when ${product} = trunc(${product}) then try_cast(${product} as bigint) end`;
}

/** A duration in other units, rounded. */
export function scaledRounded(text: Sql, style: NumberStyle, factor: Sql): Sql {
  return sql`try_cast(round(cast(${decimalNumber(text, style)} as double) * cast(${factor} as double)) as bigint)`;
}

/** A decimal number in other units, exact to 18 places. */
export function scaledDecimal(text: Sql, style: NumberStyle, factor: Sql): Sql {
  return sql`try(cast(${decimalNumber(text, style)} * ${factor} as decimal(38, 18)))`;
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

/** A time as timestamp in UTC; null if it is none. What is read in so many ways may be nonsense: see plausibleTime. */
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
  // A plain timestamp ignores every offset but Z. One with time zone takes 0.5 µs, and once it has met the name of a
  // zone it reads what has none in that zone: it may only see texts that name an offset or a zone.
  const written = sql`coalesce(
    case
      when ends_with(${text}, 'Z') or regexp_full_match(${text}, '[-0-9]+([T ][0-9:.]+)?') then try_cast(${text} as timestamp)
      when ends_with(${text}, ' UTC') then try_cast(replace(${text}, ' UTC', 'Z') as timestamp)
      else cast(try_cast(${text} as timestamptz) as timestamp)
    end,
    try_strptime(trim(${text}), ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S', '%Y-%m-%dT%H:%MZ'])
  )`;
  // A decimal of 128 bits takes 2 to 5 µs: whole numbers and the seconds of `time.time()` need none.
  const whole = sql`try_cast(${text} as bigint)`;
  const fraction = sql`case
      when strlen(${text}) <= 18 and strpos(${text}, '.') = 11 then cast(try_cast(${text} as decimal(18, 7)) as decimal(38, 9))
      else try_cast(${text} as decimal(38, 9))
    end`;
  const known = sql`case
    when substr(${text}, 5, 1) = '-' then ${written}
    when not contains(${text}, '.') then case when ${whole} is null then ${written} else ${sinceEpoch(whole)} end
    when ${fraction} is null then ${written}
    else ${sinceEpoch(fraction)}
  end`;
  // What most programs write, 2026-09-01T12:00:00Z, needs no further look: half of the time.
  return orElse(sql`case when ends_with(${text}, 'Z') then try_cast(${text} as timestamp) end`, text, known);
}

/** The moment a number means, by its size; null where it is out of all ranges. */
function sinceEpoch(number: Sql): Sql {
  return sql`case
      when ${number} between 946684800 and 4102444799 then make_timestamp(cast(${number} * 1000000 as bigint))
      when ${number} between 946684800000 and 4102444799999 then make_timestamp(cast(${number} * 1000 as bigint))
      when ${number} between 946684800000000 and 4102444799999999 then make_timestamp(cast(${number} as bigint))
      when ${number} between 946684800000000000 and 4102444799999999999 then make_timestamp(cast(${number} as bigint) // 1000)
    end`;
}

/**
 * A timestamp, or null where it lies outside of the years 2000 to 2099. A step of its own, after the text was read:
 * in one expression with it the text would be read twice.
 */
export function plausibleTime(time: Sql): Sql {
  return sql`case when ${time} between timestamp '2000-01-01' and timestamp '2099-12-31 23:59:59.999999' then ${time} end`;
}

/** Milliseconds from one timestamp to a later one; null where it is none: clocks of two machines may disagree. */
export function elapsedMs(from: Sql, to: Sql): Sql {
  return sql`case when ${to} >= ${from} then date_diff('millisecond', ${from}, ${to}) end`;
}

/** A text, or null where there is nothing in it. */
export function textOf(text: Sql): Sql {
  return sql`nullif(${text}, '')`;
}

/** A text without blanks around it, or null where nothing is left. To trim takes 0.1 µs, to see that there is no blank a tenth of it. */
export function trimmed(text: Sql): Sql {
  return sql`case when contains(${text}, ' ') or ${text} = '' then nullif(trim(${text}), '') else ${text} end`;
}

const UNSEEN = sql`(chr(0) || ${literal(' \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff')})`;

/** A name without what nobody sees at its ends (blanks, byte order marks, joiners, NUL), which is no part of it; else null. */
export function withoutUnseen(name: Sql): Sql {
  return sql`nullif(trim(${name}, ${UNSEEN}), '')`;
}

/** The same for a column of many rows: ASCII without blanks or control characters is only looked at, a tenth of the time. */
export function visibleName(name: Sql): Sql {
  const plain = sql`strlen(${name}) = length(${name}) and not contains(${name}, ' ') and not contains(${name}, chr(9)) and not contains(${name}, chr(0))`;
  return sql`case when ${plain} then nullif(${name}, '') else ${withoutUnseen(name)} end`;
}

/** true, 1, yes or false, 0, no in any spelling; anything else is null. */
export function flagOf(text: Sql): Sql {
  return sql`try_cast(lower(trim(${text})) as boolean)`;
}
