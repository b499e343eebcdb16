import { beforeAll, describe, expect, test } from 'vitest';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import { attodollars, imported, realFile } from './real_files.js';

/*
 * Files of usage, costs and traces as the providers and exporters write them. What is expected was worked out by
 * another program, python3, over the same files; the one-liners stand beside the numbers.
 */
let world: World;

beforeAll(async () => {
  world = await newWorld();
});

const SUMS = sql`
  select
    cast(count(*) as integer) as calls,
    cast(sum(requests) as integer) as requests,
    cast(sum(uncached_input_tokens) as integer) as uncached,
    cast(sum(cache_read_tokens) as integer) as read,
    cast(sum(cache_write_tokens) as integer) as written,
    cast(sum(cache_write_1h_tokens) as integer) as written_1h,
    cast(sum(text_output_tokens) as integer) as text,
    cast(count(*) filter (where status = 'error') as integer) as errors
  from usage`;

async function loaded(paths: readonly string[]): Promise<{ files: ImportedFile[]; sums: unknown }> {
  world = await newWorld();
  const files = [];
  for (const path of paths) files.push(await imported(world, [realFile(path).path]));
  const [sums] = await world.rows(SUMS);
  return { files, sums };
}

const counts = ({ format, lines, imported: calls, skipped, rejected }: ImportedFile) => [
  format,
  lines,
  calls,
  skipped,
  rejected,
];

describe.skipIf(!realFile('samples/openai-usage-api').present)("usage of OpenAI's organization", () => {
  test('pages by group', async () => {
    const pages = [1, 2].map((page) => `samples/openai-usage-api/completions_grouped_page${page}.json`);
    // python3 -c "import json,sys;r=[x for f in sys.argv[1:] for b in json.load(open(f))['data'] for x in b['results']];s=lambda k:sum(x[k] for x in r);print(len(r),s('num_model_requests'),s('input_uncached_tokens'),s('input_cached_tokens'),s('input_cache_write_tokens'),s('output_tokens'))" completions_grouped_page*.json
    const { files, sums } = await loaded(pages);
    expect(files.map(counts)).toEqual([
      ['openai-usage', 19, 17, 2, 0],
      ['openai-usage', 10, 10, 0, 0],
    ]);
    expect(sums).toEqual({
      calls: 27,
      requests: 13134,
      uncached: 8993127,
      read: 3486385,
      written: 456320,
      written_1h: null,
      text: 780639,
      errors: 0,
    });
  });

  test('every kind of bucket', async () => {
    const kinds = ['audio_speeches', 'audio_transcriptions', 'code_interpreter_sessions', 'completions', 'embeddings'];
    const more = ['file_search_calls', 'images', 'moderations', 'vector_stores', 'web_search_calls'];
    await loaded([...kinds, ...more].map((kind) => `samples/openai-usage-api/${kind}.json`));
    const units = sql`
      select unit.key as unit, cast(sum(unit.value) as double) as quantity
      from (select unnest(map_entries(units)) as unit from usage_fact)
      group by all
      order by unit`;
    // The numbers of the ten documents as they stand there; 1024 bytes for a day are less than a millionth of a gibibyte.
    expect(await world.rows(units)).toEqual([
      { unit: 'cache_read_audio_tokens', quantity: 50 },
      { unit: 'cache_read_image_tokens', quantity: 50 },
      { unit: 'characters', quantity: 45 },
      { unit: 'code_interpreter_sessions', quantity: 1 },
      { unit: 'file_search_calls', quantity: 2 },
      { unit: 'input_audio_seconds', quantity: 20 },
      { unit: 'input_audio_tokens', quantity: 50 },
      { unit: 'input_image_tokens', quantity: 50 },
      { unit: 'output_audio_tokens', quantity: 50 },
      { unit: 'output_image_tokens', quantity: 50 },
      { unit: 'output_images', quantity: 2 },
      { unit: 'vector_store_gb_days', quantity: 0.000001 },
      { unit: 'web_search_requests', quantity: 2 },
    ]);
  });

  test('the dashboard', async () => {
    const { files, sums } = await loaded([
      'samples/openai-dashboard-csv/completions_usage_2026-10-01_2026-10-24.csv',
      'samples/openai-dashboard-csv/completions_usage_empty.csv',
    ]);
    // python3 -c "import csv,sys;r=[x for x in csv.DictReader(open(sys.argv[1]))];u=[x for x in r if x['input_tokens']];s=lambda k:sum(int(float(x[k])) for x in u);print(len(r),len(u),s('num_model_requests'),s('input_uncached_tokens'),s('input_cached_tokens'),s('output_tokens'))" completions_usage_2026*.csv
    expect(files.map(counts)).toEqual([
      ['openai-usage-csv', 40, 40, 0, 0],
      ['openai-usage-csv', 2, 0, 2, 0],
    ]);
    expect(sums).toEqual({
      calls: 40,
      requests: 955,
      uncached: 795505,
      read: 127142,
      written: null,
      written_1h: null,
      text: 183556,
      errors: 0,
    });
  });
});

describe.skipIf(!realFile('samples/anthropic-usage-api').present)('reports of Anthropic', () => {
  test('usage', async () => {
    const { files, sums } = await loaded([
      'samples/anthropic-usage-api/usage_report_grouped.json',
      'samples/anthropic-usage-api/usage_report_messages.json',
    ]);
    // python3 -c "import json,sys;r=[x for f in sys.argv[1:] for b in json.load(open(f))['data'] for x in b['results']];s=lambda k:sum(x[k] for x in r);c=lambda k:sum((x['cache_creation'] or {}).get(k,0) for x in r);print(len(r),s('uncached_input_tokens'),s('cache_read_input_tokens'),c('ephemeral_5m_input_tokens'),c('ephemeral_1h_input_tokens'),s('output_tokens'))" *.json
    expect(files.map(counts)).toEqual([
      ['anthropic-usage-report', 12, 12, 0, 0],
      ['anthropic-usage-report', 1, 1, 0, 0],
    ]);
    expect(sums).toEqual({
      calls: 13,
      requests: null,
      uncached: 1321307,
      read: 5094811,
      written: 420542,
      written_1h: 404114,
      text: 434892,
      errors: 0,
    });
  });

  test('the console', async () => {
    const months = ['2024_old', '2026_02', '2026_10', 'hourly'];
    const { files, sums } = await loaded(
      months.map((month) => `samples/anthropic-console-csv/claude_api_tokens_${month}.csv`),
    );
    // Added up from the nine rows of the four files.
    expect(files.map(counts)).toEqual([
      ['anthropic-usage-csv', 1, 1, 0, 0],
      ['anthropic-usage-csv', 3, 3, 0, 0],
      ['anthropic-usage-csv', 3, 3, 0, 0],
      ['anthropic-usage-csv', 2, 2, 0, 0],
    ]);
    expect(sums).toEqual({
      calls: 9,
      requests: null,
      uncached: 1000 + 18200 + 51 + 900000 + 610 + 113000 + 1448 + 1800000 + 490000,
      read: 300 + 3100200 + 44000 + 90000,
      written: 200 + 290010 + 2500,
      written_1h: 1200 + 300,
      text: 40 + 1650 + 30111 + 8000 + 410 + 42000 + 500 + 180000 + 48000,
      errors: 0,
    });
  });

  test('batches', async () => {
    world = await newWorld();
    const file = await imported(world, [
      realFile('samples/anthropic-batch/batch_results.jsonl').path,
      '--set',
      'timestamp=2026-10-01',
    ]);
    expect(counts(file)).toEqual(['anthropic-batch', 8, 8, 0, 0]);
    // Added up from the five answers of the file.
    expect((await world.rows(SUMS))[0]).toMatchObject({
      calls: 8,
      requests: 8,
      uncached: 1311 + 29 + 1382 + 17 + 1381,
      text: 53 + 46 + 80 + 220 + 68,
      errors: 3,
    });
  });
});

describe.skipIf(!realFile('samples/openai-costs-api').present)('what was billed', () => {
  // python3 -c "import json,sys;from decimal import Decimal as D;print(sum(D(x['amount']['value']) for b in json.load(open(sys.argv[1]),parse_float=D)['data'] for x in b['results']))" costs_by_line_item.json; for CSV and cents likewise
  test.each([
    ['openai-costs-api/costs.json', 'openai-costs', 1, '0.06'],
    ['openai-costs-api/costs_by_line_item.json', 'openai-costs', 21, '147.9622488259510001924513818'],
    ['openai-dashboard-csv/cost_2026-10-01_2026-10-04.csv', 'openai-costs-csv', 2, '0.75412'],
    ['anthropic-cost-api/cost_report.json', 'anthropic-cost-report', 1, '1.2378912'],
    ['anthropic-cost-api/cost_report_grouped.json', 'anthropic-cost-report', 12, '61.3820425'],
    ['anthropic-console-csv/claude_api_cost_2026_02_08_to_2026_02_15.csv', 'anthropic-costs-csv', 24, '19.97'],
    ['gcp-billing-export/billing.jsonl', 'gcp-billing', 3, '0.5852'],
  ])('%s', async (path, format, entries, total) => {
    const { files } = await loaded([`samples/${path}`]);
    const [file] = files;
    expect(file).toMatchObject({ format, imported: entries, rejected: 0 });
    const [billed] = file?.billed ?? [];
    expect(billed?.currency).toBe('USD');
    // Every entry is rounded to 18 places.
    const difference = attodollars(billed?.amount ?? '0') - attodollars(total);
    expect(difference >= -BigInt(entries) && difference <= BigInt(entries)).toBe(true);
    expect((await world.rows(SUMS))[0]).toMatchObject({ calls: 0 });
  });
});

describe.skipIf(!realFile('samples/otlp-traceloop').present)('traces', () => {
  // python3 -c "import json,sys;S=[s for l in open(sys.argv[1]) for r in json.loads(l)['resourceSpans'] for c in r['scopeSpans'] for s in c['spans']];A=[{a['key']:list(a['value'].values())[0] for a in s['attributes']} for s in S];print(len(A),*[sum(a.get(k,0) for a in A) for k in sys.argv[2:]])" traces.jsonl gen_ai.usage.input_tokens …
  test.each([
    // Of 9,561 input tokens 16 are Anthropic's, beside which stand 2,328 that were read and 2,328 that were written.
    [
      'otlp-traceloop',
      ['otlp-traces', 20, 12, 8, 0],
      { uncached: 9561, read: 2328, written: 2328, text: 4039, errors: 0 },
    ],
    ['otlp-openinference', ['otlp-traces', 10, 10, 0, 0], { uncached: 9965 - 8576, read: 8576, text: 3886, errors: 0 }],
    // Spans with gen_ai.request.model alone.
    ['otlp-vercel-ai-sdk', ['otlp-traces', 14, 7, 7, 0], { uncached: 7246 - 6528, read: 6528, text: 2592, errors: 1 }],
  ])('%s', async (folder, file, sums) => {
    const found = await loaded([`samples/${folder}/traces.jsonl`]);
    expect(found.files.map(counts)).toEqual([file]);
    expect(found.sums).toMatchObject(sums);
  });

  test('customer and feature stand on the span around the call', async () => {
    await loaded(['samples/otlp-traceloop/traces.jsonl']);
    const rows = await world.rows(
      sql`select count(*) as calls, count(customer) as customers, count(feature) as features from usage`,
    );
    expect(rows).toEqual([{ calls: '12', customers: '12', features: '12' }]);
  });
});
