import type { Chart as ChartClass } from 'chart.js';

/*
 * Runs in the browser, as a module of its own inside the page, before charts.ts: writes names beside the points of a scatter, as far
 * as they do not cover each other; the tooltip and the table have the others.
 */
declare const Chart: typeof ChartClass;

interface Place {
  x: number;
  y: number;
  width: number;
}

Chart.register({ id: 'pointNames', afterDatasetsDraw: writeNames });

function writeNames(chart: ChartClass): void {
  const figure = chart.canvas.closest('figure');
  if (figure?.dataset.chart !== 'scatter') return;
  const { ctx } = chart;
  ctx.save();
  ctx.font = `11px ${Chart.defaults.font.family}`;
  ctx.fillStyle = getComputedStyle(document.body).color;
  ctx.textBaseline = 'middle';
  const groups = namesByGroup(figure).map((names, index) => ({ names, index, shown: chart.isDatasetVisible(index) }));
  const pointsOf = (index: number) => chart.getDatasetMeta(index).data;
  const points = groups.flatMap(({ index, shown }) => (shown ? pointsOf(index) : []));
  const covered = points.map(({ x, y }): Place => ({ x: x - 3, y, width: 6 }));
  const taken: Place[] = [];
  // The few of a small group are named first. Where there are many, a name must not cover another point either.
  for (const { names, index, shown } of groups.sort((a, b) => a.names.length - b.names.length)) {
    const crowded = names.length > MANY ? covered : [];
    for (const [at, { x, y }] of shown ? pointsOf(index).entries() : []) {
      const place = write(chart, { x, y, text: names[at] ?? '' }, [...taken, ...crowded]);
      if (place !== undefined) taken.push(place);
    }
  }
  ctx.restore();
}

const MANY = 12;

/** The names of the points, in the order in which charts.ts makes its datasets: groups as they first come, rows as they stand. */
function namesByGroup(figure: HTMLElement): string[][] {
  const groups = new Map<string, string[]>();
  for (const row of figure.querySelector('table')?.tBodies[0]?.rows ?? []) {
    const group = row.cells[3]?.textContent ?? '';
    groups.set(group, [...(groups.get(group) ?? []), row.cells[0]?.textContent ?? '']);
  }
  return [...groups.values()];
}

/** Writes a name beside its point, and tells where; nothing where there is no room. */
function write(
  { ctx, chartArea }: ChartClass,
  point: { x: number; y: number; text: string },
  taken: readonly Place[],
): Place | undefined {
  const letters = [...point.text];
  const text = letters.length > 26 ? `${letters.slice(0, 25).join('')}…` : point.text;
  const width = ctx.measureText(text).width;
  const right = point.x + 8 + width <= chartArea.right + 20;
  const place = { x: right ? point.x + 8 : point.x - 8 - width, y: point.y, width };
  if (taken.some((other) => overlap(place, other))) return undefined;
  ctx.fillText(text, place.x, place.y);
  return place;
}

function overlap(a: Place, b: Place): boolean {
  return Math.abs(a.y - b.y) < 13 && a.x < b.x + b.width + 4 && b.x < a.x + a.width + 4;
}
