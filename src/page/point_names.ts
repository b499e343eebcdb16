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
  const taken: Place[] = [];
  const groups = namesByGroup(figure);
  for (const [index, names] of groups.entries()) {
    if (!chart.isDatasetVisible(index)) continue;
    for (const [at, point] of chart.getDatasetMeta(index).data.entries())
      write(chart, { ...point, text: names[at] ?? '' }, taken);
  }
  ctx.restore();
}

/** The names of the points, in the order in which charts.ts makes its datasets: groups as they first come, rows as they stand. */
function namesByGroup(figure: HTMLElement): string[][] {
  const groups = new Map<string, string[]>();
  for (const row of figure.querySelector('table')?.tBodies[0]?.rows ?? []) {
    const group = row.cells[3]?.textContent ?? '';
    groups.set(group, [...(groups.get(group) ?? []), row.cells[0]?.textContent ?? '']);
  }
  return [...groups.values()];
}

function write({ ctx, chartArea }: ChartClass, point: { x: number; y: number; text: string }, taken: Place[]): void {
  const letters = [...point.text];
  const text = letters.length > 26 ? `${letters.slice(0, 25).join('')}…` : point.text;
  const width = ctx.measureText(text).width;
  const right = point.x + 8 + width <= chartArea.right + 20;
  const place = { x: right ? point.x + 8 : point.x - 8 - width, y: point.y, width };
  if (taken.some((other) => overlap(place, other))) return;
  taken.push(place);
  ctx.fillText(text, place.x, place.y);
}

function overlap(a: Place, b: Place): boolean {
  return Math.abs(a.y - b.y) < 13 && a.x < b.x + b.width + 4 && b.x < a.x + a.width + 4;
}
