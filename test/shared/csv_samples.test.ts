import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import { attodollars, imported, linesOf, mapped, realFile, storedCosts, storedTotals } from './real_files.js';

/* Files of no format of their own, read by --map; counted anew with a reader of CSV of a few lines. */

const GENERIC = realFile('samples/generic-csv/generic.csv');
const GERMAN = realFile('samples/generic-csv/de_semicolon_bom.csv');
const WRAPPED = realFile('samples/wrapped-jsonl/app_log.jsonl');
const LITELLM = realFile('samples/litellm-usage-export-csv/team_daily.csv');
const OPENROUTER_2025 = realFile('samples/openrouter-activity-csv/openrouter_activity_2025.csv');
const OPENROUTER_2026 = realFile('samples/openrouter-activity-csv/openrouter_activity_2026.csv');
const OPENROUTER_OTHER = realFile('samples/openrouter-activity-csv/openrouter_activity_2026_other_order.csv');

/** The rows of a CSV file by column; quoted fields have no quotation marks in them here. */
function rowsOf(path: string, separator: ',' | ';'): Record<string, string>[] {
  const field = new RegExp(`(?:"([^"]*)"|([^"${separator}]*))(?:${separator}|$)`, 'g');
  const cells = (line: string) =>
    [...line.matchAll(field)]
      .slice(0, line.endsWith(separator) ? undefined : -1)
      .map(([, quoted, plain]) => quoted ?? plain ?? '');
  const [header = '', ...lines] = linesOf(path);
  const names = cells(header.replace('\uFEFF', ''));
  return lines.map((line) => Object.fromEntries(cells(line).map((cell, index) => [names[index] ?? '', cell])));
}

function sum(rows: readonly Record<string, string>[], name: string): number {
  return rows.reduce((total, row) => total + Number((row[name] ?? '').replaceAll(',', '')), 0);
}

function amount(rows: readonly Record<string, string>[], name: string): bigint {
  return rows.reduce((total, row) => total + attodollars((row[name] || '0').replaceAll(',', '')), 0n);
}

async function billed(world: World): Promise<bigint> {
  return (await storedCosts(world)).reduce((total, call) => total + (call.billed ?? 0n), 0n);
}

describe.skipIf(!GENERIC.present)(`a plain CSV (SKIPPED when ${GENERIC.path} is absent)`, () => {
  const map = { customer: 'customer_id', cache_read_tokens: 'cached_tokens', billed_cost: 'cost_usd' };

  test('three kinds of times, thousands with commas, a failed call', async () => {
    const world = await newWorld();
    const rows = rowsOf(GENERIC.path, ',');
    const file = await imported(world, [GENERIC.path, ...mapped(map)]);
    expect(file).toMatchObject({ lines: 3, imported: 3, rejected: 0, unread: [] });
    const read = sum(rows, 'cached_tokens');
    const input = sum(rows, 'input_tokens');
    expect(input).toBe(1105);
    expect(await storedTotals(world)).toMatchObject({
      uncached: input - read,
      read,
      text: sum(rows, 'output_tokens'),
    });
    expect(await billed(world)).toBe(amount(rows, 'cost_usd'));
    expect(
      await world.rows(sql`
        select strftime(occurred_at, '%Y-%m-%dT%H:%M') as time, customer, status, error_class, http_status, latency_ms::integer as ms
        from usage order by occurred_at`),
    ).toEqual([
      // 1790812800 seconds
      {
        time: '2026-10-01T00:00',
        customer: 'globex',
        status: 'error',
        error_class: 'rate_limit',
        http_status: 429,
        ms: 30,
      },
      // 10:00+02:00
      { time: '2026-10-01T08:00', customer: 'acme', status: 'ok', error_class: null, http_status: 200, ms: 812 },
      // no zone: UTC
      { time: '2026-10-01T23:30', customer: 'globex', status: 'ok', error_class: null, http_status: 200, ms: 1500 },
    ]);
  });

  test('gpt-4o-mini: 60 × $0.15, 40 cached × $0.075, 20 × $0.60; claude-haiku-4-5: 1,000 × $1, 50 × $5', async () => {
    const world = await newWorld();
    await imported(world, [GENERIC.path, ...mapped(map)]);
    const costs = new Map((await storedCosts(world)).map(({ model, cost }) => [model, cost]));
    expect(costs.get('gpt-4o-mini')).toBe(attodollars('0.000024'));
    expect(costs.get('claude-haiku-4-5')).toBe(attodollars('0.00125'));
  });
});

describe.skipIf(!GERMAN.present)(`a CSV saved in Germany (SKIPPED when ${GERMAN.path} is absent)`, () => {
  test('semicolons, a byte order mark, 1.234 is a thousand and 0,0123 is not', async () => {
    const world = await newWorld();
    const map = {
      timestamp: 'date',
      input_tokens: 'input tokens',
      output_tokens: 'output tokens',
      billed_cost: 'cost',
    };
    const rows = rowsOf(GERMAN.path, ';').map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell.replaceAll('.', '').replace(',', '.')])),
    );
    const file = await imported(world, [GERMAN.path, ...mapped(map)]);
    expect(file).toMatchObject({ lines: 2, imported: 2, rejected: 0, unread: [] });
    const uncached = sum(rows, 'input tokens');
    const text = sum(rows, 'output tokens');
    expect([uncached, text]).toEqual([1_234 + 12_345, 567 + 1_000]);
    // gpt-4o $2.50 and $10, claude-sonnet-4-5 $3 and $15 per million
    const cost = attodollars('0.003085') + attodollars('0.00567') + attodollars('0.037035') + attodollars('0.015');
    expect(await storedTotals(world)).toMatchObject({ uncached, text, cost });
    expect(await billed(world)).toBe(amount(rows, 'cost'));
    expect(await billed(world)).toBe(attodollars('1234.5123'));
    expect(
      await world.rows(sql`select strftime(occurred_at, '%Y-%m-%d') as day, customer from usage order by occurred_at`),
    ).toEqual([
      { day: '2026-10-01', customer: 'Müller GmbH' },
      { day: '2026-10-02', customer: 'ACME; Inc' },
    ]);
  });
});

describe.skipIf(!WRAPPED.present)(
  `answers inside of an application's log (SKIPPED when ${WRAPPED.path} is absent)`,
  () => {
    test('answers of two vendors and a call that timed out, by alternatives', async () => {
      const world = await newWorld();
      const usage = 'response.usage';
      const columns = mapped({
        timestamp: 'ts',
        request_id: 'response.id',
        model: ['response.model', 'request.model'],
        // OpenAI's input has the cached tokens in it, Anthropic's has not.
        input_tokens: `${usage}.prompt_tokens`,
        uncached_input_tokens: `${usage}.input_tokens`,
        output_tokens: [`${usage}.completion_tokens`, `${usage}.output_tokens`],
        cache_read_tokens: [`${usage}.prompt_tokens_details.cached_tokens`, `${usage}.cache_read_input_tokens`],
        cache_write_tokens: `${usage}.cache_creation_input_tokens`,
        error_class: 'error.type',
        customer: 'customer_id',
        environment: 'env',
      });
      const file = await imported(world, [WRAPPED.path, ...columns]);
      expect(file).toMatchObject({ lines: 3, imported: 3, rejected: 0 });
      const calls = await world.rows(sql`
      select model, customer, status, error_class, uncached_input_tokens::integer as uncached,
        cache_read_tokens::integer as read, cache_write_tokens::integer as written, text_output_tokens::integer as text
      from usage order by occurred_at`);
      const ok = { status: 'ok', error_class: null };
      expect(calls).toEqual([
        { model: 'gpt-4o-mini-2024-07-18', customer: 'acme', ...ok, uncached: 60, read: 40, written: null, text: 20 },
        {
          model: 'claude-haiku-4-5-20251001',
          customer: 'globex',
          ...ok,
          uncached: 10,
          read: 2000,
          written: 500,
          text: 70,
        },
        {
          model: 'gpt-4o',
          customer: 'globex',
          status: 'error',
          error_class: 'timeout',
          uncached: null,
          read: null,
          written: null,
          text: null,
        },
      ]);
      const costs = new Map((await storedCosts(world)).map(({ model, cost }) => [model, cost]));
      // 60 × $0.15, 40 × $0.075, 20 × $0.60 per million
      expect(costs.get('gpt-4o-mini-2024-07-18')).toBe(attodollars('0.000024'));
      // 10 × $1, 2,000 × $0.10, 500 × $1.25, 70 × $5 per million
      expect(costs.get('claude-haiku-4-5-20251001')).toBe(attodollars('0.001185'));
    });
  },
);

describe.skipIf(!LITELLM.present)(`LiteLLM's usage by team and day (SKIPPED when ${LITELLM.path} is absent)`, () => {
  const map = {
    timestamp: 'Date',
    customer: 'Team',
    requests: 'Requests',
    billed_cost: 'Spend ($)',
    input_tokens: 'Prompt Tokens',
    output_tokens: 'Completion Tokens',
  };

  test('it names no model: nothing is kept', async () => {
    const world = await newWorld();
    const file = await imported(world, [LITELLM.path, ...mapped(map)], 3);
    expect(file.rejects.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
      'model is missing',
      'model is missing',
    ]);
  });

  test('with one that is set, rows stand for many requests and have no cost but the billed one', async () => {
    const world = await newWorld();
    const rows = rowsOf(LITELLM.path, ',');
    const file = await imported(world, [LITELLM.path, ...mapped(map), '--set', 'model=several']);
    expect(file).toMatchObject({ lines: 2, imported: 2, rejected: 0, unpriced: 2 });
    const uncached = sum(rows, 'Prompt Tokens');
    const text = sum(rows, 'Completion Tokens');
    expect(uncached + text).toBe(sum(rows, 'Total Tokens'));
    expect(await storedTotals(world)).toMatchObject({ uncached, text, cost: 0n });
    expect(await billed(world)).toBe(amount(rows, 'Spend ($)'));
    expect(await world.rows(sql`select sum(requests)::integer as requests from usage`)).toEqual([
      { requests: sum(rows, 'Requests') },
    ]);
  });
});

describe.skipIf(!OPENROUTER_2026.present)(
  `OpenRouter's activity (SKIPPED when ${OPENROUTER_2026.path} is absent)`,
  () => {
    const columns = {
      request_id: 'generation_id',
      timestamp: 'created_at',
      model: 'model_permaslug',
      input_tokens: 'tokens_prompt',
      output_tokens: 'tokens_completion',
      reasoning_tokens: 'tokens_reasoning',
      billed_cost: 'cost_total',
      latency_ms: 'generation_time_ms',
      ttft_ms: 'time_to_first_token_ms',
      feature: 'app_name',
      user: 'user',
    };
    const provider = ['--set', 'provider=openrouter'];

    const cached = { ...columns, cache_read_tokens: 'tokens_cached' };
    const exports: [name: string, path: string, map: Record<string, string>, bad: number[]][] = [
      ['of 2025, without cached tokens', OPENROUTER_2025.path, columns, []],
      ['of 2026, with a cell that is no number', OPENROUTER_2026.path, cached, [9]],
      ['in another order', OPENROUTER_OTHER.path, cached, []],
    ];

    test.each(exports)('%s', async (_, path, map, bad) => {
      const world = await newWorld();
      const all = rowsOf(path, ',');
      // Line 1 is the header.
      const rows = all.filter((_row, index) => !bad.includes(index + 2));
      const file = await imported(world, [path, ...mapped(map), ...provider]);
      expect(file).toMatchObject({ lines: all.length, imported: rows.length, duplicates: 0, rejected: bad.length });
      expect(file.rejects.map(({ line, field }) => [line, field])).toEqual(bad.map((line) => [line, 'tokens_cached']));
      const read = 'cache_read_tokens' in map ? sum(rows, 'tokens_cached') : 0;
      const reasoning = sum(rows, 'tokens_reasoning');
      expect(await storedTotals(world)).toMatchObject({
        uncached: sum(rows, 'tokens_prompt') - read,
        read,
        reasoning,
        text: sum(rows, 'tokens_completion') - reasoning,
      });
      expect(await billed(world)).toBe(amount(rows, 'cost_total'));
      const [sums] = await world.rows(sql`
      select sum(latency_ms)::integer as latency, sum(ttft_ms)::integer as ttft,
        (count(*) filter (where feature = 'Support Bot'))::integer as bot, (count(*) filter (where user_id = 'acme'))::integer as acme
      from usage`);
      expect(sums).toEqual({
        latency: sum(rows, 'generation_time_ms'),
        ttft: sum(rows, 'time_to_first_token_ms'),
        bot: rows.filter((row) => row.app_name === 'Support Bot').length,
        acme: rows.filter((row) => row.user === 'acme').length,
      });
    });

    test('a column that a file does not have is not taken as empty', async () => {
      const world = await newWorld();
      const { out, code } = await world.llmcost(['import', OPENROUTER_2025.path, ...mapped(cached)]);
      expect(code).toBe(3);
      expect(out).toContain("has no column 'tokens_cached' that --map names");
      expect(await storedTotals(world)).toMatchObject({ uncached: 0, text: 0 });
    });
  },
);
