import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import { attodollars, imported, realFile, recordsOf, storedTotals, sum } from './real_files.js';

/*
 * Samples of gateways and tracing tools. What they come to was counted by python3; for a file of JSON lines:
 *   python3 -c 'import json,sys;r=[json.loads(l) for l in sys.stdin];print(len(r),sum(x["prompt_tokens"]-(x["prompt_token_details"]or{}).get("cache_read",0)for x in r if x["run_type"]=="llm"))' < runs.jsonl
 * for CSV:
 *   python3 -c 'import csv,sys;r=list(csv.DictReader(sys.stdin));print(sum(int(x["tokens_prompt"])-int(x["tokens_cached"])for x in r if x["tokens_cached"].isdigit()))' < openrouter_activity_2026.csv
 * Amounts with decimal.Decimal, Portkey's divided by 100; LiteLLM's cached tokens from json.loads(x["metadata"]).
 */
interface Counted {
  path: string;
  format: string;
  imported: number;
  skipped?: number;
  rejected?: number;
  uncached: number;
  read?: number;
  written?: number;
  text: number;
  reasoning?: number;
  billed: string;
  failed: number;
  fromCache?: number;
}

const OPENROUTER = { format: 'openrouter-activity', failed: 0 };
const COUNTED: readonly Counted[] = [
  {
    ...OPENROUTER,
    path: 'openrouter-activity-csv/openrouter_activity_2025.csv',
    imported: 20,
    uncached: 207_748,
    text: 14_945,
    reasoning: 4_435,
    billed: '0.0643218',
  },
  {
    ...OPENROUTER,
    path: 'openrouter-activity-csv/openrouter_activity_2026.csv',
    imported: 19,
    rejected: 1,
    uncached: 162_985,
    read: 38_566,
    text: 12_240,
    reasoning: 5_195,
    billed: '0.0593655',
    failed: 1,
  },
  {
    ...OPENROUTER,
    path: 'openrouter-activity-csv/openrouter_activity_2026_other_order.csv',
    imported: 6,
    uncached: 43_517,
    read: 27_925,
    text: 4_261,
    reasoning: 1_622,
    billed: '0.0175476',
  },
  {
    path: 'openrouter-generation/generation.jsonl',
    format: 'openrouter-generation',
    imported: 1,
    uncached: 64,
    text: 98,
    billed: '0.0000323',
    failed: 1,
  },
  {
    path: 'litellm-spend-logs/spend_logs.jsonl',
    format: 'litellm-spend-logs-jsonl',
    imported: 12,
    // Of a LiteLLM that counts what was written to the cache beside the prompt: no details name it.
    uncached: 23_499,
    read: 11_451,
    written: 1_480,
    text: 9_390,
    reasoning: 1_915,
    billed: '0.263433',
    failed: 1,
    fromCache: 1,
  },
  {
    path: 'langfuse-export/1791000000000-lf-observations-export-cmproj.csv',
    format: 'langfuse-csv',
    imported: 8,
    skipped: 6,
    uncached: 20_392,
    read: 2_015,
    text: 1_707,
    reasoning: 558,
    billed: '0.07363',
    failed: 1,
  },
  {
    path: 'langfuse-export/1791000000000-lf-observations-export-cmproj.jsonl',
    format: 'langfuse-jsonl',
    imported: 4,
    skipped: 6,
    uncached: 9_593,
    read: 936,
    text: 1_056,
    reasoning: 207,
    billed: '0.0366125',
    failed: 1,
  },
  {
    path: 'helicone-export/output.csv',
    format: 'helicone-csv',
    imported: 6,
    uncached: 10_616,
    text: 1_041,
    billed: '0.03695',
    failed: 1,
  },
  {
    // Invented by others, who took the cached tokens to be in prompt_tokens; Helicone itself leaves them out.
    path: 'helicone-export/output.jsonl',
    format: 'helicone-jsonl',
    imported: 10,
    uncached: 9_783,
    read: 2_266,
    text: 2_120,
    billed: '0.0456575',
    failed: 4,
  },
  {
    path: 'langsmith-runs/runs.jsonl',
    format: 'langsmith-runs',
    imported: 6,
    skipped: 4,
    uncached: 6_603,
    read: 1_789,
    text: 1_281,
    billed: '0.03379',
    failed: 0,
  },
  {
    path: 'portkey-export/logs_export.jsonl',
    format: 'portkey-logs',
    imported: 10,
    uncached: 12_973,
    text: 2_527,
    billed: '0.00346215',
    failed: 2,
  },
  {
    path: 'portkey-export/logs_export_new_names.jsonl',
    format: 'portkey-logs',
    imported: 6,
    uncached: 4_845,
    text: 1_458,
    billed: '0.00160155',
    failed: 1,
  },
];

interface Stored extends Record<string, string | number | null> {
  billed: string;
  failed: number;
  from_cache: number;
}

async function stored(world: World): Promise<Stored> {
  const [row] = await world.rows<Stored>(sql`
    select
      cast(coalesce(sum(billed_cost), 0) as varchar) as billed,
      (count(*) filter (where status = 'error'))::integer as failed,
      (count(*) filter (where gateway_cached))::integer as from_cache
    from usage`);
  if (row === undefined) throw new Error('a sum is one row');
  return row;
}

for (const counted of COUNTED) {
  const file = realFile(`samples/${counted.path}`);
  describe.skipIf(!file.present)(`${counted.path} (SKIPPED when ${file.path} is absent)`, () => {
    test('lines, tokens of every class, billed amounts and failures', async () => {
      const world = await newWorld();
      const { skipped = 0, rejected = 0 } = counted;
      expect(await imported(world, [file.path, '--max-rejects', '100%'])).toMatchObject({
        format: counted.format,
        lines: counted.imported + skipped + rejected,
        imported: counted.imported,
        duplicates: 0,
        skipped,
        rejected,
      });
      expect(await storedTotals(world)).toMatchObject({
        uncached: counted.uncached,
        read: counted.read ?? 0,
        written: counted.written ?? 0,
        text: counted.text,
        reasoning: counted.reasoning ?? 0,
      });
      const { billed, failed, from_cache } = await stored(world);
      expect(attodollars(billed)).toBe(attodollars(counted.billed));
      expect([failed, from_cache]).toEqual([counted.failed, counted.fromCache ?? 0]);
    });
  });
}

const LANGFUSE = realFile('datasets/langfuse/generations.jsonl');

interface Observation {
  usageDetails: Record<string, number>;
  totalCost: number;
  startTime: string;
  endTime: string;
}

describe.skipIf(!LANGFUSE.present)(`real generations of Langfuse (SKIPPED when ${LANGFUSE.path} is absent)`, () => {
  test('those with usage, and what they cost: as Langfuse priced them where it knew the whole call', async () => {
    const world = await newWorld();
    const all = recordsOf<Observation>(LANGFUSE.path);
    const calls = all.filter(({ usageDetails }) => Object.keys(usageDetails).length > 0);
    expect(calls.length).toBe(23);
    expect(await imported(world, [LANGFUSE.path])).toMatchObject({
      format: 'langfuse-jsonl',
      lines: 25,
      imported: 23,
      skipped: 2,
      unpriced: 0,
    });
    expect(await storedTotals(world)).toMatchObject({
      uncached: sum(calls.map(({ usageDetails }) => usageDetails.input ?? 0)),
      text: sum(calls.map(({ usageDetails }) => usageDetails.output ?? 0)),
      read: 0,
      reasoning: 0,
    });
    // The total of all 25, as the notes to the file have it.
    expect((await stored(world)).billed).toBe('0.006992599997000000');
    const [times] = await world.rows<{ ms: number }>(sql`select sum(latency_ms)::integer as ms from usage`);
    expect(times?.ms).toBe(sum(calls.map(({ startTime, endTime }) => Date.parse(endTime) - Date.parse(startTime))));
  });
});

const DOCUMENTS = {
  cloudflare: realFile('samples/cloudflare-ai-gateway/logs.json'),
  vercel: realFile('samples/vercel-ai-gateway/report.json'),
  spendLog: realFile('samples/litellm-spend-logs/spend_logs_payload.json'),
  payload: realFile('samples/litellm-standard-logging/standard_logging_payload.json'),
};

/** The records of a document, one per line, as `jq -c` writes them. */
function lines(path: string, key?: 'result' | 'results'): string {
  const document = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const records = key === undefined ? [document] : (document[key] as unknown[]);
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

describe.skipIf(!DOCUMENTS.cloudflare.present)(
  `records of documents (SKIPPED when ${DOCUMENTS.cloudflare.path} is absent)`,
  () => {
    test('Cloudflare', async () => {
      const world = await newWorld();
      const format = 'cloudflare-ai-gateway';
      expect(await imported(world, [DOCUMENTS.cloudflare.path])).toMatchObject({ format, imported: 8 });
      world.write('logs.jsonl', lines(DOCUMENTS.cloudflare.path, 'result'));
      expect(await imported(world, ['logs.jsonl'])).toMatchObject({ format, imported: 0, duplicates: 8 });
      expect(await storedTotals(world)).toMatchObject({ uncached: 1_622, text: 576 });
      const { billed, ...others } = await stored(world);
      expect(attodollars(billed)).toBe(attodollars('0.02377789'));
      expect(others).toEqual({ failed: 3, from_cache: 1 });
    });

    test('Vercel: rows of days, a row of a later hour takes the place of an earlier one', async () => {
      const world = await newWorld();
      const report = lines(DOCUMENTS.vercel.path, 'results');
      expect(await imported(world, [DOCUMENTS.vercel.path])).toMatchObject({
        format: 'vercel-ai-gateway',
        imported: 2,
      });
      world.write('later.jsonl', report.replace('"input_tokens":1000', '"input_tokens":2000'));
      expect(await imported(world, ['later.jsonl'])).toMatchObject({ imported: 0, updated: 1, duplicates: 1 });
      expect(await storedTotals(world)).toMatchObject({ uncached: 1_700 + 1_000, read: 300, text: 700 });
      expect((await stored(world)).billed).toBe('13.590000000000000000');
    });

    test("LiteLLM's own payloads: 10 tokens in, 20 out of gpt-4o", async () => {
      for (const [name, format] of [
        ['spendLog', 'litellm-spend-logs-jsonl'],
        ['payload', 'litellm-standard-logging'],
      ] as const) {
        const world = await newWorld();
        world.write('log.jsonl', lines(DOCUMENTS[name].path));
        // 10 × $2.50 + 20 × $10 per million
        expect(await imported(world, ['log.jsonl'])).toMatchObject({ format, cost_usd: '0.000225000000000000' });
        expect(await storedTotals(world)).toMatchObject({ uncached: 10, text: 20 });
      }
    });
  },
);

const EVENTS = realFile('samples/margindash/events.jsonl');
const BODY = realFile('samples/margindash/events_request_body.json');

/* python3 -c 'import json,sys;v=[x for l in sys.stdin for x in json.loads(l)["vendor_responses"]];print(len(v),sum(x["input_tokens"]for x in v),sum(x["output_tokens"]for x in v))' < events.jsonl */
describe.skipIf(!EVENTS.present)(`events of MarginDash's SDK (SKIPPED when ${EVENTS.path} is absent)`, () => {
  const skip_reasons = { 'events without a call to a model': 1 };

  test('every answer of an event is a call', async () => {
    const world = await newWorld();
    expect(await imported(world, [EVENTS.path])).toMatchObject({
      format: 'margindash-events',
      lines: 42,
      imported: 41,
      duplicates: 0,
      rejected: 0,
      skip_reasons,
    });
    expect(await storedTotals(world)).toMatchObject({ uncached: 93_895, text: 22_529 });
    expect(
      await world.rows(
        sql`select count(distinct trace_id)::integer as events, count(distinct customer)::integer as customers from usage`,
      ),
    ).toEqual([{ events: 20, customers: 3 }]);
  });

  test('the same in the body of a request, or as a list of their own', async () => {
    const world = await newWorld();
    const file = { format: 'margindash-events', lines: 14, skip_reasons };
    expect(await imported(world, [BODY.path])).toMatchObject({ ...file, imported: 13 });
    expect(await storedTotals(world)).toMatchObject({ uncached: 32_904, text: 4_537 });
    const { events } = JSON.parse(readFileSync(BODY.path, 'utf8')) as { events: unknown[] };
    world.write('events.json', JSON.stringify(events, null, 2));
    expect(await imported(world, ['events.json'])).toMatchObject({ ...file, imported: 0, duplicates: 13 });
  });
});
