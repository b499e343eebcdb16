import { literal, type Sql, sql } from '../../sql.js';

/** How a time is written: `epoch_ms`, or a pattern of strptime; and the zone of a text that names none. */
export interface TimeWriting {
  format?: string;
  zone?: string;
}

const EPOCHS: Readonly<Record<string, Sql>> = {
  epoch_s: sql`cast(1000000 as decimal(7, 0))`,
  epoch_ms: sql`cast(1000 as decimal(4, 0))`,
  epoch_us: sql`cast(1 as decimal(1, 0))`,
  epoch_ns: sql`cast(0.001 as decimal(3, 3))`,
};
/** What no reader of times takes: the line is named for it. */
const UNREADABLE = sql`'?'`;

/** A time as a text that any reader of times takes, in UTC; null where there is none, unreadable where it is not written as declared. */
export function timeText(text: Sql, { format, zone }: TimeWriting): Sql {
  const epoch = format === undefined ? undefined : EPOCHS[format];
  if (epoch !== undefined) {
    const moment = sql`try(make_timestamp(cast(trunc(cast(${text} as decimal(38, 9)) * ${epoch}) as bigint)))`;
    return declared(text, sql`cast(${moment} as varchar)`);
  }
  if (format !== undefined) {
    const parsed = sql`try_strptime(trim(${text}), ${literal(format)})`;
    // A pattern with an offset gives a moment, not a time of day somewhere.
    const zoned = /%[zZ]/.test(format);
    return declared(text, sql`cast(${zoned ? sql`cast(${parsed} as timestamp)` : inZone(parsed, zone)} as varchar)`);
  }
  if (zone === undefined) return text;
  const bare = sql`coalesce(
      case when regexp_full_match(${text}, '[-0-9]+[T ][0-9:.]+|[0-9]+-[0-9]+-[0-9]+') then try_cast(${text} as timestamp) end,
      try_strptime(trim(${text}), ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S'])
    )`;
  return sql`coalesce(cast(${inZone(bare, zone)} as varchar), ${text})`;
}

function declared(text: Sql, value: Sql): Sql {
  return sql`coalesce(${value}, case when ${text} is not null then ${UNREADABLE} end)`;
}

function inZone(time: Sql, zone: string | undefined): Sql {
  return zone === undefined ? time : sql`cast(timezone(${literal(zone)}, ${time}) as timestamp)`;
}
