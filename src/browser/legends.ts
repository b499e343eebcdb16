import type { Chart as ChartClass } from 'chart.js';

/*
 * Runs in the browser, as a module of its own inside the page, after charts.ts: below each chart of several series a button for each,
 * which hides and shows it. Which are hidden stands in `data-off` of the figure, so that a chart drawn anew keeps them so.
 */
declare const Chart: typeof ChartClass;

interface Entry {
  name: string;
  /** The variable of PAGE_STYLE with its colour. */
  color: string;
}

for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart]')) {
  const entries = entriesOf(figure);
  if (entries.length > 1) figure.querySelector('.plot')?.after(legend(figure, entries));
}

function entriesOf(figure: HTMLElement): Entry[] {
  const table = figure.querySelector('table');
  const heads = [...(table?.tHead?.rows[0]?.cells ?? [])].slice(1);
  if (figure.dataset.chart === 'waterfall') return [];
  if (figure.dataset.chart !== 'scatter') {
    const plain = heads.filter((head) => head.dataset.tone === undefined);
    return heads.map((head) => ({
      name: head.textContent ?? '',
      color: head.dataset.tone ?? nth(plain.indexOf(head)),
    }));
  }
  const groups = [...(table?.tBodies[0]?.rows ?? [])].flatMap((row) => row.cells[3]?.textContent ?? []);
  return [...new Set(groups)].map((name, index) => ({ name, color: nth(index) }));
}

function nth(index: number): string {
  return `c${(index % 8) + 1}`;
}

function legend(figure: HTMLElement, entries: readonly Entry[]): HTMLElement {
  const list = document.createElement('div');
  list.className = 'legend';
  for (const [index, { name, color }] of entries.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.title = name;
    button.ariaPressed = 'true';
    const mark = document.createElement('i');
    mark.style.background = `var(--${color})`;
    const text = document.createElement('span');
    text.textContent = name;
    button.append(mark, text);
    button.addEventListener('click', () => toggle(figure, button, index));
    list.append(button);
  }
  return list;
}

function toggle(figure: HTMLElement, button: HTMLElement, index: number): void {
  const hide = button.ariaPressed === 'true';
  button.ariaPressed = String(!hide);
  const off = new Set((figure.dataset.off ?? '').split(' ').filter(Boolean));
  if (hide) off.add(String(index));
  else off.delete(String(index));
  figure.dataset.off = [...off].join(' ');
  const canvas = figure.querySelector('canvas');
  const chart = canvas === null ? undefined : Chart.getChart(canvas);
  chart?.setDatasetVisibility(index, !hide);
  chart?.update();
}
