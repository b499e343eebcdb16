import { expect, test } from 'vitest';
import { spansBefore } from '../../src/query/drift/query.js';
import { parsePeriod, periodBetween } from '../../src/query/scope/period.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { addCalls, asked } from './drift_world.js';

const NOW = new Date('2026-10-28T09:30:00Z');

function spans(
  text: string | undefined,
  { tz = 'UTC', window = 7, baseline = 28, until = undefined as string | undefined } = {},
) {
  const period = text === undefined ? periodBetween(undefined, until, tz) : parsePeriod(text, tz, NOW);
  const found = spansBefore(period, { window, baseline, tz, now: NOW });
  return [found.baseline.label, found.window.label];
}

test('the window is the days before today, which is not over yet; the baseline lies right before it', () => {
  expect(spans(undefined)).toEqual(['2026-09-23 → 2026-10-21', '2026-10-21 → 2026-10-28']);
  expect(spans(undefined, { window: 1, baseline: 14 })).toEqual(['2026-10-13 → 2026-10-27', '2026-10-27 → 2026-10-28']);
});

test('--until ends it, a period is it', () => {
  expect(spans(undefined, { until: '2026-10-12' })).toEqual(['2026-09-07 → 2026-10-05', '2026-10-05 → 2026-10-12']);
  expect(spans('2026-09')).toEqual(['2026-08-04 → 2026-09-01', '2026-09-01 → 2026-10-01']);
});

test('days are those of the clock on the wall, also over the change of the hour', () => {
  // The clocks of Berlin go back on 25 October 2026.
  const period = periodBetween(undefined, undefined, 'Europe/Berlin');
  const found = spansBefore(period, { window: 7, baseline: 28, tz: 'Europe/Berlin', now: NOW });
  expect(new Date(found.window.until).toISOString()).toBe('2026-10-27T23:00:00.000Z');
  expect(new Date(found.window.since).toISOString()).toBe('2026-10-20T22:00:00.000Z');
  expect(found.window.label).toBe('2026-10-21 → 2026-10-28');
});

test('a call just before midnight UTC is one of the next day in Berlin', async () => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await addCalls(store, [
      { from: '2026-09-07', days: 28, perDay: 20, input: sql`1000` },
      { from: '2026-10-05', days: 7, perDay: 20, input: sql`1000` },
    ]);
    await store.run(sql`update usage_fact set occurred_at = occurred_at + interval 11 hours`);
    const berlin = (text: string) => Date.parse(`${text}T22:00:00Z`);
    const { rows } = await asked(store, {
      tz: 'Europe/Berlin',
      baseline: { since: berlin('2026-09-07'), until: berlin('2026-10-05'), label: '' },
      window: { since: berlin('2026-10-05'), until: berlin('2026-10-12'), label: '' },
    });
    // 23:00 UTC of the 7th of September is 1:00 of the 8th in Berlin: the same 28 and 7 days, one later.
    expect(rows.find(({ metric }) => metric === 'input_tokens')).toMatchObject({
      requests_before: 560,
      requests_after: 140,
      days_before: 28,
      days_after: 7,
    });
  });
});
