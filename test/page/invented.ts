import { columnsOf, type Document, type ValuedCell } from '../../src/render/document.js';

/** Names that would do harm if a page took them for anything but text. */
export const HOSTILE = {
  script: '<script>alert(1)</script>',
  image: `"><img src=x onerror="alert(2)">`,
  formula: '=cmd()|calc',
  japanese: 'とても長いお客様の名前です'.repeat(5).slice(0, 60),
  escapes: '\u001b[31mred\u001b[0m\u0007\u202eover',
  long: 'x'.repeat(400),
};

const DAYS = Array.from({ length: 31 }, (_, day) => `2026-10-${String(day + 1).padStart(2, '0')}`);

function usd(value: number): ValuedCell {
  return { text: `$${value.toFixed(2)}`, value: value.toFixed(2) };
}

function count(value: number): ValuedCell {
  return { text: value.toLocaleString('en-US'), value };
}

/** A page that has everything the toolkit can show; the numbers are invented. */
export function inventedPage(): Document {
  const names = [...Object.values(HOSTILE), 'acme', 'globex', '(other)'];
  return {
    json: {},
    head: [],
    page: {
      title: 'LLM cost and usage',
      subtitle: `2026-10-01 → 2026-11-01 (UTC) · customer=${HOSTILE.script}`,
      footer: ['Price book 1, 2026-10-01.', 'Made by llmcost.'],
    },
    body: [
      {
        type: 'figures',
        figures: [
          {
            label: 'Cost',
            value: '$54.77',
            change: { text: '+12.34% against 2026-09', direction: 'up', tone: 'bad' },
            note: 'was $48.75',
          },
          {
            label: 'Requests',
            value: '3,265',
            change: { text: '+8.10% against 2026-09', direction: 'up', tone: 'neutral' },
          },
          {
            label: 'Cost per request',
            value: '$0.02',
            change: { text: 'unchanged', direction: 'same', tone: 'neutral' },
          },
          { label: 'Error rate', value: '1.20%', change: { text: '-0.30 points', direction: 'down', tone: 'good' } },
          { label: 'Latency p95', value: '4.2 s', note: 'of 3,100 requests with a latency' },
          { label: 'Cache savings', value: '$7.10', change: { text: '+40.00%', direction: 'up', tone: 'good' } },
        ],
      },
      {
        type: 'chart',
        kind: 'columns',
        title: 'Spend by day and customer',
        text: 'The eight largest customers; the rest is (other).',
        labelTitle: 'day',
        labels: DAYS,
        value: { title: 'cost', unit: 'money' },
        stacked: true,
        series: names.map((name, at) => ({
          name,
          tone: name === '(other)' ? 'other' : undefined,
          cells: DAYS.map((_, day) => usd(((day * 7 + at * 5) % 13) * 0.2 + (day === 20 ? 1.5 : 0))),
        })),
      },
      {
        type: 'chart',
        kind: 'lines',
        title: 'Latency by day',
        width: 'half',
        labelTitle: 'day',
        labels: DAYS,
        value: { title: 'latency', unit: 'ms' },
        series: ['p50', 'p95', 'p99'].map((name, at) => ({
          name,
          cells: DAYS.map((_, day) =>
            day === 5
              ? { text: '–', value: null }
              : { text: `${(at + 1) * 900 + day * 20} ms`, value: (at + 1) * 900 + day * 20 },
          ),
        })),
      },
      {
        type: 'chart',
        kind: 'bars',
        title: 'Top customers',
        width: 'half',
        labelTitle: 'customer',
        labels: names,
        value: { title: 'cost', unit: 'money' },
        series: [{ name: 'cost', cells: names.map((_, at) => usd(20 - at * 2)) }],
      },
      {
        type: 'chart',
        kind: 'scatter',
        title: 'Models: cost and quality',
        width: 'half',
        labelTitle: 'model',
        x: { title: 'cost', unit: 'money', scale: 'log' },
        y: { title: 'score', unit: 'count' },
        points: ['gpt-5', 'claude-sonnet-4-5', 'gemini-2.5-flash', HOSTILE.image].map((name, at) => ({
          name,
          group: at === 0 ? 'in use' : 'candidate',
          x: usd(0.5 * 10 ** at),
          y: count(60 + at * 7),
        })),
      },
      {
        type: 'chart',
        kind: 'waterfall',
        title: 'Why the cost changed',
        width: 'half',
        labelTitle: 'effect',
        value: { title: 'cost', unit: 'money' },
        steps: [
          { name: '2026-09', cell: usd(48.75), step: 'total' },
          { name: 'volume', cell: usd(9), step: 'change' },
          { name: 'mix', cell: usd(-4.5), step: 'change' },
          { name: 'price', cell: usd(1.52), step: 'change' },
          { name: '2026-10', cell: usd(54.77), step: 'total' },
        ],
      },
      {
        type: 'table',
        title: 'Customers',
        text: 'Every customer of the period.',
        table: {
          columns: columnsOf('customer', ['requests', 'right'], ['cost', 'right'], ['p95', 'right']),
          rows: names.map((name, at) => [
            name,
            count(1000 - at * 90),
            usd((at * 37) % 11),
            at === 2 ? { text: '–', value: null } : { text: `${at * 110 + 900} ms`, value: at * 110 + 900 },
          ]),
          footer: [['total', count(5760), usd(54.77), '4.2 s']],
        },
      },
      { type: 'text', title: 'How this is counted', paragraphs: ['Costs are exact.', `A name: ${HOSTILE.script}`] },
    ],
    notes: [
      '12 requests have no price: model-x.\nGive it one: llmcost pricing override …',
      `A name that hides: ${HOSTILE.escapes}`,
    ],
  };
}
