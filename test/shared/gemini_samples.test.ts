import { beforeAll, describe, expect, test } from 'vitest';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import {
  attodollars,
  costOf,
  imported,
  noTotals,
  realFile,
  recordsOf,
  storedTotals,
  type Totals,
} from './real_files.js';

const ANSWERS = realFile('samples/gemini-generatecontent-jsonl/generate_content.jsonl');
const CHUNKS = realFile('samples/gemini-generatecontent-jsonl/stream_chunks.jsonl');
const WHEN = ['--set', 'timestamp=2026-10-01T00:00:00Z'];

interface Answer {
  modelVersion: string;
  responseId: string;
  usageMetadata: {
    promptTokenCount?: number;
    cachedContentTokenCount?: number;
    toolUsePromptTokenCount?: number;
    candidatesTokenCount?: number;
    thoughtsTokenCount?: number;
    totalTokenCount?: number;
    promptTokensDetails?: { modality: string; tokenCount: number }[];
  };
}

/**
 * USD per million tokens; images cost what text costs, thoughts what the answer costs:
 * https://ai.google.dev/gemini-api/docs/pricing
 */
const PRICES: Record<string, { input: string; output: string }> = {
  'gemini-2.0-flash': { input: '0.1', output: '0.4' },
  'gemini-2.5-flash': { input: '0.3', output: '2.5' },
};

/** Counted anew: what tools brought in and thoughts come on top of prompt and candidates. */
function totalsOf(answers: Iterable<Answer>): Totals {
  const totals = noTotals();
  for (const { modelVersion, usageMetadata: usage } of answers) {
    const {
      promptTokenCount = 0,
      toolUsePromptTokenCount = 0,
      candidatesTokenCount = 0,
      thoughtsTokenCount = 0,
    } = usage;
    expect(usage.cachedContentTokenCount).toBeUndefined();
    const input = promptTokenCount + toolUsePromptTokenCount;
    const output = candidatesTokenCount + thoughtsTokenCount;
    expect(input + output).toBe(usage.totalTokenCount);
    const image = (usage.promptTokensDetails ?? []).filter(({ modality }) => modality === 'IMAGE');
    const images = image.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
    totals.uncached += input - images;
    totals.image += images;
    totals.text += candidatesTokenCount;
    totals.reasoning += thoughtsTokenCount;
    const price = PRICES[modelVersion];
    if (price === undefined) throw new Error(`no published price of ${modelVersion} here`);
    totals.cost += costOf(input, price.input) + costOf(output, price.output);
  }
  return totals;
}

/** Cut off by its recorder: the prompt is not counted, so nobody knows what it cost. */
function hasPrompt({ usageMetadata }: Answer): boolean {
  return usageMetadata.promptTokenCount !== undefined;
}

async function costs(world: World): Promise<Map<string, bigint>> {
  const rows = await world.rows<{ id: string; cost: string }>(
    sql`select request_id as id, cast(cost_usd as varchar) as cost from usage`,
  );
  return new Map(rows.map(({ id, cost }) => [id, attodollars(cost)]));
}

describe.skipIf(!ANSWERS.present)(`real answers of Gemini (SKIPPED when ${ANSWERS.path} is absent)`, () => {
  let world: World;
  let file: ImportedFile;
  let answers: Answer[] = [];

  beforeAll(async () => {
    world = await newWorld();
    answers = recordsOf<Answer>(ANSWERS.path);
    file = await imported(world, [ANSWERS.path, ...WHEN]);
  });

  test('every answer is one call; one whose prompt is not counted is rejected', () => {
    const whole = answers.filter(hasPrompt);
    expect(new Set(answers.map(({ responseId }) => responseId)).size).toBe(answers.length);
    expect(file).toMatchObject({
      format: 'gemini-generatecontent',
      lines: answers.length,
      imported: whole.length,
      duplicates: 0,
      skipped: 0,
      rejected: answers.length - whole.length,
      unpriced: 0,
    });
    const broken = answers.findIndex((answer) => !hasPrompt(answer));
    expect(file.rejects).toEqual([{ line: broken + 1, field: 'usageMetadata.promptTokenCount', reason: 'is missing' }]);
  });

  test('tokens of every class, and the cost', async () => {
    const counted = totalsOf(answers.filter(hasPrompt));
    expect(counted.image).toBeGreaterThan(0);
    expect(counted.reasoning).toBeGreaterThan(0);
    expect(await storedTotals(world)).toEqual(counted);
  });

  test.each([
    // 75 + 573 of tools × $0.30, 414 + 117 thoughts × $2.50 per million
    ['_TJPaqb9Ebm8jrEPzv2B4Qg', '0.0015219'],
    // 277 × $0.30, 258 of them an image; 125 + 678 × $2.50
    ['RdkEauOIL66dqtsP_O-f0As', '0.0020906'],
    // 107 × $0.10 + 6 × $0.40
    ['znShae3kA9OC0-kPqpTl-Qg', '0.0000131'],
  ])('%s cost $%s', async (id, usd) => {
    expect((await costs(world)).get(id)).toBe(attodollars(usd));
  });
});

describe.skipIf(!CHUNKS.present)(`real streams of Gemini (SKIPPED when ${CHUNKS.path} is absent)`, () => {
  test('the last chunk of a stream has the counts', async () => {
    const world = await newWorld();
    const chunks = recordsOf<Answer>(CHUNKS.path);
    const last = new Map(chunks.filter(hasPrompt).map((chunk) => [chunk.responseId, chunk]));
    const broken = chunks.filter((chunk) => !hasPrompt(chunk)).length;
    expect(await imported(world, [CHUNKS.path, ...WHEN])).toMatchObject({
      format: 'gemini-generatecontent',
      lines: chunks.length,
      imported: last.size,
      duplicates: 0,
      skipped: chunks.length - broken - last.size,
      rejected: broken,
    });
    expect(await storedTotals(world)).toEqual(totalsOf(last.values()));
    // 14 × $0.10 + 33 × $0.40: the first chunks say 15
    expect((await costs(world)).get('kdcEatqVKunY1LsP272MiAo')).toBe(attodollars('0.0000146'));
  });
});
