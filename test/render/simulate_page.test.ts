import { expect, test } from 'vitest';
import type { SurveyAnswer, SurveyRow } from '../../src/query/simulate/answer.js';
import { rankModelsDocument } from '../../src/render/answers/rank_models.js';
import { sectionsIn } from '../../src/render/document.js';

const row = (model: string, more: Partial<SurveyRow>): SurveyRow => ({
  provider: 'openai',
  model,
  standing: 'frontier',
  why: 'nothing that is as cheap is as good',
  frontier: true,
  after: '7.692309000000000000',
  after_low: '7.000000000000000000',
  after_high: '8.000000000000000000',
  surely_cheaper: true,
  change: '-16.307691000000000000',
  change_percent: '-67.95',
  times_cheapest: '1.00',
  score: 156.13,
  score_low: 153.92,
  score_high: 158.3,
  score_confidence: 'high',
  score_note: null,
  quality: 'about equal',
  cost_per_success: '0.008919994583',
  successes_per_dollar: '112.11',
  fits_percent: '100.00',
  fits_cost_percent: '100.00',
  not_fitting: {},
  unsure: 0,
  unpriced: 0,
  break_even: '3.12',
  deprecation_date: null,
  order_unsure: false,
  ...more,
});

const ANSWER: SurveyAnswer = {
  schema: 'llmcost.simulate/1',
  mode: 'all',
  query: {
    rank: 'value',
    providers: [],
    fallback: null,
    period: '2026-10-01 → 2026-11-01',
    tz: 'UTC',
    where: [],
    min_fit: 100,
  },
  price_book: '1',
  currency: 'USD',
  data_until: null,
  adjustments: [],
  today: {
    requests: '1000',
    cost: '24.000000000000000000',
    models: [],
    score: 152.39,
    low: 150,
    high: 155,
    scored_percent: 100,
  },
  scores: {
    name: 'eci',
    title: 'Epoch Capabilities Index',
    as_of: '2026-08-11',
    licence: 'CC BY 4.0',
    attribution: 'Epoch AI',
    stale: false,
    floor: 150.39,
    assumed_success: 0.8,
  },
  rows: [
    row('gpt-5.6-luna', {}),
    row('llama', { standing: 'below_floor', frontier: false, score: 114.92, after: '0.230000000000000000' }),
    row('codex', { standing: 'unscored', frontier: false, score: null, cost_per_success: null }),
  ],
  free: [],
  recommendation: 'Worth a trial: openai/gpt-5.6-luna.',
  not_compared: { rows: 0, requests: 0 },
  cannot_see: ['how much it writes'],
  warnings: [{ code: 'order', message: 'The order depends.' }],
};

test('the page of all models: cost against score, with the exact numbers beside the text', () => {
  const answer = rankModelsDocument(ANSWER, { top: null });
  const sections = sectionsIn(answer, 'page');
  const chart = sections.find((section) => section.type === 'chart');
  expect(chart).toMatchObject({ kind: 'scatter', x: { unit: 'money', scale: 'log' } });
  expect(chart !== undefined && 'points' in chart ? chart.points : []).toEqual([
    {
      name: 'today',
      group: 'today',
      x: { text: '$24.00', value: '24.000000000000000000' },
      y: { text: '152.39', value: 152.39 },
    },
    {
      name: 'openai/gpt-5.6-luna',
      group: 'frontier',
      x: { text: '$7.69', value: '7.692309000000000000' },
      y: { text: '156.13', value: 156.13 },
    },
    {
      name: 'openai/llama',
      group: 'below the floor',
      x: { text: '$0.23', value: '0.230000000000000000' },
      y: { text: '114.92', value: 114.92 },
    },
  ]);
  const section = sections.find(({ type }) => type === 'table');
  const rows = section?.type === 'table' ? section.table.rows : [];
  expect(rows).toHaveLength(3);
  expect(rows[2]?.slice(6, 8)).toEqual([
    { text: '–', value: null },
    { text: '–', value: null },
  ]);
  expect(answer.notes).toEqual(['The order depends.']);
  expect(answer.page?.footer).toContain('cannot be seen: how much it writes');
  expect(answer.page?.footer).toContain('Epoch AI');
  expect(sections[0]).toMatchObject({
    figures: [
      { label: 'today', value: '$24.00' },
      { label: 'openai/gpt-5.6-luna', change: { text: '-67.95% against today', tone: 'good' } },
    ],
  });
});
