import type { CostReport } from '../../../query/report/answer.js';
import type { TableSection } from '../../document.js';
import { valueText } from '../../text/metric.js';
import { peakOf, shades } from '../../text/sparkline.js';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/** A report by weekday and hour_of_day as shades, a line for each day of the week, with what the darkest stands for. */
export function heatMap(report: CostReport): TableSection {
  const [metric] = report.metrics;
  if (metric === undefined) throw new Error('a heat map of nothing');
  const found = new Map(report.rows.map((row) => [`${row.group.weekday} ${row.group.hour_of_day}`, row[metric.name]]));
  const places = WEEKDAYS.flatMap((day) => HOURS.map((hour) => `${day} ${hour}`));
  const values = places.map((place) => found.get(place));
  const signs = shades(values);
  const rows = WEEKDAYS.map((day, index) => [
    day,
    signs
      .slice(24 * index, 24 * (index + 1))
      .map((sign) => sign + sign)
      .join(''),
  ]);
  const peak = peakOf(values);
  const most = values[peak];
  const legend =
    most === undefined || most === null
      ? 'There is nothing to show.'
      : `${metric.title} by hour (${report.query.tz}); ██ is ${places[peak]}:00 with ${valueText(metric.unit, most)}`;
  const columns = ['', HOURS.join('')].map((title) => ({ title, align: 'left' as const, fixed: true }));
  return { type: 'table', title: 'Heat map', in: ['terminal'], table: { columns, rows, footer: [] }, below: [legend] };
}
