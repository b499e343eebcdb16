import { InputError } from '../../errors.js';
import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import { withStore } from '../../store/store.js';
import type { Unit } from '../metrics/metric.js';
import type { Count } from '../scope/values.js';

/** Lines of a report: names of text, and fields of numbers. */
export interface TypedLines {
  names: readonly string[];
  fields: readonly { name: string; unit: Unit | 'text' }[];
  lines: readonly { kind: string; group: readonly (string | null)[]; values: readonly (Count | null)[] }[];
}

const TYPES: Record<Unit | 'text', Sql> = {
  text: sql`varchar`,
  count: sql`bigint`,
  tokens: sql`bigint`,
  money: sql`decimal(38, 18)`,
  ms: sql`double`,
  percent: sql`decimal(18, 2)`,
  ratio: sql`decimal(18, 2)`,
  per_second: sql`decimal(18, 2)`,
  per_minute: sql`decimal(18, 2)`,
};

/** Writes the lines to a Parquet file, replacing what was there: counts as integers, money as decimals. Throws InputError. */
export async function writeParquet({ names, fields, lines }: TypedLines, path: string, shown: string): Promise<void> {
  const texts = lines.map(({ kind, group, values }) =>
    [kind, ...group, ...values].map((value) => value?.toString() ?? null),
  );
  const columns = [
    { name: 'kind', type: TYPES.text },
    ...names.map((name) => ({ name, type: TYPES.text })),
    ...fields.map(({ name, unit }) => ({ name, type: TYPES[unit] })),
  ].map(({ name, type }, index) => sql`cast(cells[${integer(index + 1)}] as ${type}) as ${identifier(name)}`);
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await store.run(sql`create temp table line as select unnest(from_json($lines, '[["varchar"]]')) as cells`, {
      lines: JSON.stringify(texts),
    });
    try {
      await store.run(sql`copy (select ${join(columns)} from line) to ${literal(path)} (format parquet)`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
      throw new InputError(`The answer could not be written to ${shown}: ${reason}\nName another file with -o FILE.`, {
        cause,
      });
    }
  });
}
