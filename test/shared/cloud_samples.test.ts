import { mkdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from '../import/world.js';
import { attodollars, imported, realFile, storedTotals } from './real_files.js';

/*
 * Logs of the clouds. The totals of Bedrock's were counted by a program of its own, each requestId once:
 *   jq -s 'unique_by(.requestId) | [length, (map(.input.inputTokenCount // 0) | add), (map(.input.cacheReadInputTokenCount // 0) | add),
 *     (map(.input.cacheWriteInputTokenCount // 0) | add), (map(.output.outputTokenCount // 0) | add)]' invocations.jsonl
 */
const BEDROCK = realFile('samples/bedrock-invocation-log/invocations.jsonl');
const AZURE = realFile('samples/azure-openai-diagnostic/request_response.jsonl');
const APIM = realFile('samples/azure-apim-gateway/gateway_logs.jsonl');
const VERTEX = realFile('samples/vertex-request-response-log/log.jsonl');
const GEMINI_CLI = realFile('samples/gemini-cli/session_v040.jsonl');
const OPENCODE = realFile('samples/opencode/msg_test001.json');
const BEDROCK_TOTALS = { uncached: 27_777, read: 23_864, written: 32_955, written_1h: 0, text: 8953, reasoning: 0 };

describe.skipIf(!BEDROCK.present)(`Bedrock (SKIPPED when ${BEDROCK.path} is absent)`, () => {
  test('one file', async () => {
    const world = await newWorld();
    expect(await imported(world, [BEDROCK.path])).toMatchObject({
      format: 'bedrock-invocations',
      lines: 18,
      imported: 17,
      duplicates: 1,
      skipped: 0,
      rejected: 0,
    });
    expect(await storedTotals(world)).toMatchObject(BEDROCK_TOTALS);
    const errors = sql`select error_class, http_status from usage where status = 'error'`;
    expect(await world.rows(errors)).toEqual([{ error_class: 'rate_limit', http_status: 429 }]);
  });

  test('as it lies in S3: folders of hours, a packed file for each record', async () => {
    const world = await newWorld();
    for (const [index, line] of readFileSync(BEDROCK.path, 'utf8').trim().split('\n').entries()) {
      const folder = `AWSLogs/123456789012/BedrockModelInvocationLogs/eu-central-1/2026/10/${10 + (index % 9)}/07`;
      mkdirSync(`${world.cwd}/${folder}`, { recursive: true });
      world.write(`${folder}/20261010T07000000${index}Z_0f.json.gz`, gzipSync(`${line}\n`));
    }
    const files = await world.imported(['AWSLogs']);
    expect(files.map(({ lines }) => lines)).toEqual(Array(18).fill(1));
    expect(files.filter(({ duplicates }) => duplicates === 1).length).toBe(1);
    expect(await storedTotals(world)).toMatchObject(BEDROCK_TOTALS);
  });
});

describe.skipIf(!AZURE.present)(`Azure (SKIPPED when ${AZURE.path} is absent)`, () => {
  test('diagnostic logs: two calls to models, without tokens', async () => {
    const world = await newWorld();
    expect(await imported(world, [AZURE.path])).toMatchObject({ lines: 3, imported: 2, skipped: 1, unpriced: 1 });
    const calls = sql`select model, latency_ms, error_class, cost_status from usage order by occurred_at`;
    expect(await world.rows(calls)).toEqual([
      { model: 'gpt-4o', latency_ms: '950', error_class: null, cost_status: 'unpriced' },
      { model: 'gpt-35-turbo', latency_ms: null, error_class: 'rate_limit', cost_status: 'computed' },
    ]);
  });

  test('gateway logs: an answer and a filtered prompt', async () => {
    const world = await newWorld();
    expect(await imported(world, [APIM.path])).toMatchObject({ lines: 2, imported: 2, unpriced: 0 });
    // 14 × $0.50 + 8 × $1.50 per million
    expect(await storedTotals(world)).toMatchObject({ uncached: 14, text: 8, cost: attodollars('0.000019') });
    const classes = sql`select error_class from usage where status = 'error'`;
    expect(await world.rows(classes)).toEqual([{ error_class: 'content_filter' }]);
  });
});

describe.skipIf(!VERTEX.present)(`Vertex AI (SKIPPED when ${VERTEX.path} is absent)`, () => {
  test('an answer and a failure', async () => {
    const world = await newWorld();
    expect(await imported(world, [VERTEX.path])).toMatchObject({ lines: 2, imported: 2, unpriced: 0 });
    // 20 × $0.30 + 100 × $0.03 + (30 + 50) × $2.50 per million
    expect(await storedTotals(world)).toMatchObject({
      uncached: 20,
      read: 100,
      text: 30,
      reasoning: 50,
      cost: attodollars('0.000209'),
    });
  });
});

describe.skipIf(!GEMINI_CLI.present)(`other agents (SKIPPED when ${GEMINI_CLI.path} is absent)`, () => {
  test('Gemini CLI', async () => {
    const world = await newWorld();
    expect(await imported(world, [GEMINI_CLI.path])).toMatchObject({ lines: 5, imported: 2, skipped: 3, unpriced: 0 });
    // (11,855 + 567) × $0.50 + 11,502 × $0.05 + 228 × $3 per million
    expect(await storedTotals(world)).toMatchObject({
      uncached: 12_422,
      read: 11_502,
      text: 228,
      cost: attodollars('0.0074701'),
    });
  });

  test('OpenCode: a message is a file of several lines', async () => {
    const world = await newWorld();
    expect(await imported(world, [OPENCODE.path])).toMatchObject({ format: 'opencode', imported: 1, unpriced: 0 });
    // 1,000 × $3 + 200 × $0.30 + 100 × $3.75 + 500 × $15 per million
    expect(await storedTotals(world)).toMatchObject({ uncached: 1000, text: 500, cost: attodollars('0.010935') });
  });
});
