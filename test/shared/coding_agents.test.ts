import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import { attodollars, costOf, imported, realFile } from './real_files.js';

/*
 * Real sessions of coding agents. The numbers were counted by a program of its own that knows nothing of ours.
 * Claude Code, one call per message.id, the line with most tokens:
 *   python3 -c "
 *   import json,glob,sys;b={}
 *   for f in glob.glob('claude-code/*\/*.jsonl'):
 *     for l in open(f):
 *       try: d=json.loads(l)
 *       except ValueError: continue
 *       m=d.get('message') if d['type']=='assistant' else ((d.get('data') or {}).get('message') or {}).get('message') if d['type']=='progress' else None
 *       if not m or not m.get('usage') or m['model']=='<synthetic>': continue
 *       u=m['usage'];h=u.get('cache_creation',{}).get('ephemeral_1h_input_tokens',0)
 *       v=(u['input_tokens'],u.get('cache_read_input_tokens',0),u.get('cache_creation_input_tokens',0)-h,h,u['output_tokens'])
 *       if m['id'] not in b or sum(v)>sum(b[m['id']][1]): b[m['id']]=(m['model'],v)
 *   for n in sorted({x for x,_ in b.values()}): r=[v for x,v in b.values() if x==n];print(n,len(r),[sum(c) for c in zip(*r)])"
 */
const CLAUDE_CODE = realFile('datasets/claude-code');
const SESSION = realFile('samples/claude-code/projects');
const CODEX = realFile('datasets/codex');
const ROLLOUT = realFile('samples/codex/sessions/2026/03/21/rollout-2026-03-21T10-05-38-01a7c9e4.jsonl');

interface ModelTotals extends Record<string, string | null> {
  model: string | null;
  calls: string;
  uncached: string;
  read: string;
  written: string;
  written_1h: string;
  text: string;
  reasoning: string;
  cost: string | null;
}

/** What the successful calls of each model come to. */
async function totals(world: World): Promise<ModelTotals[]> {
  return world.rows<ModelTotals>(sql`
    select
      model,
      count(*) as calls,
      coalesce(sum(uncached_input_tokens), 0) as uncached,
      coalesce(sum(cache_read_tokens), 0) as read,
      coalesce(sum(cache_write_tokens), 0) as written,
      coalesce(sum(cache_write_1h_tokens), 0) as written_1h,
      coalesce(sum(text_output_tokens), 0) as text,
      coalesce(sum(reasoning_tokens), 0) as reasoning,
      rtrim(rtrim(cast(sum(cost_usd) as varchar), '0'), '.') as cost
    from usage
    where status = 'ok'
    group by model
    order by model`);
}

function row(model: string, counts: readonly number[], cost: string | null): ModelTotals {
  const [calls = 0, uncached = 0, read = 0, written = 0, written_1h = 0, text = 0, reasoning = 0] = counts;
  const texts = { calls, uncached, read, written, written_1h, text, reasoning };
  const written_out = Object.fromEntries(Object.entries(texts).map(([name, count]) => [name, String(count)]));
  return { model, cost, ...written_out } as ModelTotals;
}

function sessionsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  return files.sort().map((name) => join(folder, name));
}

/*
 * Costs by hand: input × price + cache read × 0.1 + 5-minute writes × 1.25 + 1-hour writes × 2 + output × price, at
 * $0.8/$4 (Haiku 3.5), $1/$5 (Haiku 4.5), $15/$75 (Opus 4.1), $5/$25 (Opus 4.5 to 4.7) and $3/$15 (Sonnet 4.5) per
 * million: https://platform.claude.com/docs/en/about-claude/pricing
 */
const COUNTED = [
  row('claude-3-5-haiku-20241022', [1, 4, 16_999, 0, 0, 1], '0.00136712'),
  row('claude-haiku-4-5-20251001', [46, 3201, 1_993_149, 45_386, 269_029, 81], '0.7977114'),
  row('claude-opus-4-1-20250805', [3, 14, 76_406, 483, 0, 3], '0.12410025'),
  row('claude-opus-4-5-20251101', [112, 13_998, 5_926_907, 321_765, 253_641, 8220], '7.78638475'),
  row('claude-opus-4-6', [203, 2246, 11_346_065, 0, 530_230, 32_779], '11.8060375'),
  row('claude-opus-4-7', [38, 1180, 2_348_171, 0, 234_182, 35_843], '4.4178805'),
  row('claude-sonnet-4-5-20250929', [186, 2766, 13_629_934, 1_333_832, 240_071, 4085], '10.6008492'),
];

/** Of the five sessions in soph/ alone: model, calls, output. */
const SOPH = [
  ['claude-haiku-4-5-20251001', '22', '28'],
  ['claude-opus-4-5-20251101', '50', '1972'],
  ['claude-opus-4-6', '36', '909'],
  ['claude-sonnet-4-5-20250929', '28', '56'],
];

describe.skipIf(!CLAUDE_CODE.present)(`Claude Code (SKIPPED when ${CLAUDE_CODE.path} is absent)`, () => {
  let world: World;
  let files: ImportedFile[];

  beforeAll(async () => {
    world = await newWorld();
    files = await world.imported(sessionsIn(CLAUDE_CODE.path));
  });

  test('27 sessions that copy from each other: every call counts once, with its last state', async () => {
    expect(new Set(files.map(({ format }) => format))).toEqual(new Set(['claude-code']));
    expect(files.reduce((sum, { lines }) => sum + lines, 0)).toBe(4184);
    // Three lines are cut off in the middle.
    expect(files.flatMap(({ rejects }) => rejects.map(({ reason }) => reason))).toEqual(
      Array(3).fill('is not valid JSON'),
    );
    expect(await totals(world)).toEqual(COUNTED);
  });

  test('in another order, one import after the other', async () => {
    const world = await newWorld();
    const [last = '', ...others] = sessionsIn(join(CLAUDE_CODE.path, 'soph')).reverse();
    await world.imported([last]);
    await world.imported(others);
    // The same count as above, over soph/*.jsonl.
    const found = await totals(world);
    expect(found.map(({ model, calls, text }) => [model, calls, text])).toEqual(SOPH);
  });

  /*
   * ccusage 18.0.11 over the same files (npm i ccusage@18; CLAUDE_CONFIG_DIR=… ccusage monthly --json --offline), by
   * month: input, output, cache writes, cache reads, cost. It differs
   * - in output: it keeps the first line of a call, where later ones have the final count;
   * - in cost: it prices 1-hour cache writes (2 × input) like those for 5 minutes (1.25 ×);
   * - in Haiku 4.5, all of it, and Opus 4.6: it leaves out subagents whose calls stand in progress lines.
   */
  const CCUSAGE: Readonly<Record<string, readonly (readonly [number, number, number, number, string])[]>> = {
    'claude-3-5-haiku-20241022': [[4, 1, 0, 16_999, '0.00136712']],
    'claude-opus-4-1-20250805': [[14, 3, 483, 76_406, '0.12410025']],
    'claude-opus-4-5-20251101': [
      [365, 67, 219_345, 1_662_758, '2.20578525'],
      [13_633, 331, 356_061, 4_264_149, '4.43389575'],
    ],
    'claude-opus-4-7': [[1180, 35_843, 234_182, 2_348_171, '3.539698']],
    'claude-sonnet-4-5-20250929': [
      [2005, 3482, 1_129_638, 4_890_806, '5.7616293'],
      [276, 56, 204_194, 1_671_406, '1.2688173'],
      [485, 354, 240_071, 7_067_722, '3.02734785'],
    ],
  };
  /** USD per million input and output tokens. */
  const PRICES: Readonly<Record<string, readonly [number, number]>> = {
    'claude-3-5-haiku-20241022': [0.8, 4],
    'claude-opus-4-1-20250805': [15, 75],
    'claude-opus-4-5-20251101': [5, 25],
    'claude-opus-4-7': [5, 25],
    'claude-sonnet-4-5-20250929': [3, 15],
  };

  test.each(Object.entries(CCUSAGE))(
    '%s: the tokens and the cost of ccusage 18, but for what is known to differ',
    async (model, months) => {
      const found = (await totals(world)).find((total) => total.model === model) ?? row(model, [], null);
      const sum = (at: 0 | 1 | 2 | 3) => months.reduce((before, month) => before + month[at], 0);
      const [written_5m, written_1h] = [Number(found.written), Number(found.written_1h)];
      expect([Number(found.uncached), written_5m + written_1h, Number(found.read)]).toEqual([sum(0), sum(2), sum(3)]);
      const [input = 0, output = 0] = PRICES[model] ?? [];
      const theirs = months.reduce((before, [, , , , cost]) => before + attodollars(cost), 0n);
      const missed = costOf(Number(found.text) - sum(1), String(output));
      // 2 − 1.25 times the price of input.
      const longer = costOf(written_1h * 3, String(input)) / 4n;
      expect(attodollars(found.cost ?? '')).toBe(theirs + missed + longer);
    },
  );
});

describe.skipIf(!SESSION.present)(`a session of Claude Code (SKIPPED when ${SESSION.path} is absent)`, () => {
  /*
   * ccusage 18.0.11 counts 11,997 input, 26,659 output, 54,630 written and 953,052 read tokens here: the lines have no
   * requestId, and without one it takes each of the 25 for a call of its own. It knows no price of Opus 4.8 and adds 0.
   */
  test('a whole folder', async () => {
    const world = await newWorld();
    // 25 lines of 10 messages with usage: grep -o '"id":"msg_[^"]*' | sort -u | wc -l
    expect(await imported(world, [SESSION.path])).toMatchObject({
      lines: 64,
      imported: 10,
      duplicates: 15,
      skipped: 39,
      rejected: 0,
      unpriced: 0,
    });
  });
});

describe.skipIf(!CODEX.present)(`Codex (SKIPPED when ${CODEX.path} is absent)`, () => {
  /** The last running total of a file is what its session used: jq 'select(.payload.type=="token_count").payload.info'. */
  test('two states of one session, and two others', async () => {
    const world = await newWorld();
    const files = sessionsIn(CODEX.path).filter((file) => file.includes('/skills-'));
    await world.imported(files);
    const inputs = 15_528 + 449_871 + 454_261;
    const cached = 3456 + 360_832 + 413_824;
    const reasoning = 179 + 1686 + 2540;
    const text = 397 + 4632 + 6425 - reasoning;
    // $2.50, $0.25 and $15 per million: (141,548 × 2.5 + 778,112 × 0.25 + 11,454 × 15) / 1,000,000
    expect(await totals(world)).toEqual([
      row('gpt-5.4', [31, inputs - cached, cached, 0, 0, text, reasoning], '0.720208'),
    ]);
  });

  /** By the ORACLE.md beside the files: a fork's copy of its parent is counted once, whatever its times. */
  test.each([
    ['codexbar-archived-fork-33ce-3869', 'parent first', false, 155, 15_253_283 + 55_895],
    ['codexbar-archived-fork-33ce-3869', 'child first', true, 155, 15_253_283 + 55_895],
    ['codexbar-missing-parent-siblings', 'in order', false, 158, 28_862_270 - 13_549_999],
  ])('%s, %s', async (folder, _order, reversed, calls, tokens) => {
    const world = await newWorld();
    const files = sessionsIn(join(CODEX.path, folder));
    await world.imported(reversed ? files : [...files].reverse());
    const [only, ...others] = await totals(world);
    expect(others).toEqual([]);
    const { uncached = '0', read = '0', text = '0', reasoning = '0' } = only ?? {};
    expect(Number(only?.calls)).toBe(calls);
    expect(Number(uncached) + Number(read) + Number(text) + Number(reasoning)).toBe(tokens);
  });
});

describe.skipIf(!ROLLOUT.present)(`a session of Codex (SKIPPED when ${ROLLOUT.path} is absent)`, () => {
  test('nine calls', async () => {
    const world = await newWorld();
    expect(await imported(world, [ROLLOUT.path])).toMatchObject({ lines: 72, imported: 9, skipped: 63, unpriced: 0 });
    // 95,819 of which 79,488 cached, 1,912 of which 581 reasoning: (16,331 × 2.5 + 79,488 × 0.25 + 1,912 × 15) / 1,000,000
    expect(await totals(world)).toEqual([row('gpt-5.4', [9, 16_331, 79_488, 0, 0, 1331, 581], '0.0893795')]);
  });
});
