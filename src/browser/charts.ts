import type { Chart as ChartClass, ChartConfiguration, ChartDataset, TooltipItem } from 'chart.js';

/*
 * Runs in the browser, as a module of its own inside the page: draws each chart from the table of numbers beside it. The texts in
 * tooltips are those of the table; numbers of JavaScript decide only where something is drawn.
 */
declare const Chart: typeof ChartClass;

type Scale = NonNullable<NonNullable<ChartConfiguration<'bar' | 'line' | 'scatter'>['options']>['scales']>[string];

/** A cell of the table: where it is drawn, and what people read. */
interface Mark {
  value: number | null;
  text: string;
}

interface Column {
  name: string;
  marks: Mark[];
  tone: string | undefined;
}

/** A row's name and its cells. */
interface Numbers {
  labels: string[];
  columns: Column[];
  rows: HTMLTableRowElement[];
}

const figures = [...document.querySelectorAll<HTMLElement>('figure[data-chart]')];
let drawn: ChartClass[] = [];

/** Paper is white whatever the screen is, and about so wide. */
function printing(on: boolean): void {
  document.documentElement.classList.toggle('printing', on);
  drawAll();
  if (on) for (const chart of drawn) chart.resize(700, chart.height);
}

function drawAll(): void {
  for (const chart of drawn) chart.destroy();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = color('muted');
  Chart.defaults.borderColor = color('grid');
  // src/browser/legends.ts makes them: in a canvas they would take the room of the chart.
  Chart.defaults.plugins.legend.display = false;
  drawn = figures.flatMap(draw);
}

function draw(figure: HTMLElement): ChartClass[] {
  const canvas = figure.querySelector('canvas');
  const table = figure.querySelector('table');
  if (canvas === null || table === null) return [];
  const numbers = numbersOf(table);
  if (figure.dataset.chart === 'bars' && canvas.parentElement !== null) {
    canvas.parentElement.style.height = `${Math.max(120, 56 + numbers.labels.length * (numbers.columns.length > 1 ? 34 : 26))}px`;
  }
  const chart = new Chart(canvas, configuration(figure, numbers));
  const off = (figure.dataset.off ?? '').split(' ').filter(Boolean);
  for (const index of off) chart.setDatasetVisibility(Number(index), false);
  if (off.length > 0) chart.update();
  return [chart];
}

function numbersOf(table: HTMLTableElement): Numbers {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].slice(1);
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  const columns = heads.map((head, index) => ({
    name: head.textContent ?? '',
    tone: head.dataset.tone,
    marks: rows.map((row) => markOf(row.cells[index + 1])),
  }));
  return { labels: rows.map((row) => row.cells[0]?.textContent ?? ''), columns, rows };
}

function markOf(cell: HTMLTableCellElement | undefined): Mark {
  const raw = cell?.dataset.v;
  return { value: raw === undefined ? null : Number(raw), text: cell?.textContent ?? '' };
}

function configuration(figure: HTMLElement, numbers: Numbers): ChartConfiguration {
  const kind = figure.dataset.chart;
  if (kind === 'scatter') return scatter(figure, numbers);
  if (kind === 'waterfall') return waterfall(figure, numbers);
  return series(figure, numbers, kind === 'lines' ? 'line' : 'bar');
}

function series(figure: HTMLElement, { labels, columns }: Numbers, type: 'line' | 'bar'): ChartConfiguration {
  const stacked = figure.dataset.stacked !== undefined;
  const lying = figure.dataset.chart === 'bars';
  const plain = columns.filter(({ tone }) => tone === undefined);
  const datasets = columns.map((column): ChartDataset => {
    const { name, tone, marks } = column;
    const tint = tone === undefined ? color(`c${(plain.indexOf(column) % 8) + 1}`) : color(tone);
    const data = marks.map(({ value }) => value);
    if (type === 'bar') return { type, label: name, data, backgroundColor: tint, maxBarThickness: 46 };
    // Of many points only those that no line leads to.
    const point = data.map((_, at) => (data.length > 45 && !isAlone(data, at) ? 0 : 2.5));
    const points = { pointRadius: point, pointHitRadius: 8 };
    return { type, label: name, data, borderColor: tint, backgroundColor: tint, borderWidth: 2, ...points };
  });
  const values = { ...valueScale(figure, 'y'), stacked };
  const names: Scale = { ...nameScale(labels, lying), stacked };
  return {
    type,
    data: { labels, datasets },
    options: {
      ...COMMON,
      indexAxis: lying ? 'y' : 'x',
      interaction: { mode: 'index', intersect: false, axis: lying ? 'y' : 'x' },
      scales: lying ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        tooltip: {
          itemSort: (a, b) => Math.abs(Number(b.raw)) - Math.abs(Number(a.raw)),
          filter: ({ raw }, _index, items) => items.length < 4 || (raw !== null && raw !== 0),
          callbacks: {
            label: ({ datasetIndex, dataIndex }) => {
              const column = columns[datasetIndex];
              return ` ${shortened(column?.name ?? '', 40)}: ${column?.marks[dataIndex]?.text ?? ''}`;
            },
          },
        },
      },
    },
  };
}

function isAlone(data: readonly (number | null)[], at: number): boolean {
  return (data[at - 1] ?? null) === null && (data[at + 1] ?? null) === null;
}

function scatter(figure: HTMLElement, { labels, columns }: Numbers): ChartConfiguration {
  const [xs, ys, groups] = columns;
  const names = [...new Set(groups?.marks.map(({ text }) => text) ?? [''])];
  const members = names.map((name) =>
    labels.flatMap((_, row) => ((groups?.marks[row]?.text ?? '') === name ? [row] : [])),
  );
  const datasets = names.map(
    (name, index): ChartDataset<'scatter'> => ({
      type: 'scatter',
      label: name,
      data: (members[index] ?? []).map((row) => ({
        x: xs?.marks[row]?.value ?? Number.NaN,
        y: ys?.marks[row]?.value ?? Number.NaN,
      })),
      backgroundColor: color(`c${(index % 8) + 1}`),
      pointRadius: 5,
      pointHoverRadius: 7,
    }),
  );
  const rowOf = ({ datasetIndex, dataIndex }: Pick<TooltipItem<'scatter'>, 'datasetIndex' | 'dataIndex'>) =>
    members[datasetIndex]?.[dataIndex] ?? -1;
  const config: ChartConfiguration<'scatter'> = {
    type: 'scatter',
    data: { datasets },
    options: {
      ...COMMON,
      layout: { padding: { top: 8, right: 24 } },
      scales: { x: valueScale(figure, 'x'), y: { ...valueScale(figure, 'y'), beginAtZero: false } },
      plugins: {
        tooltip: {
          callbacks: {
            title: ([first]) => (first === undefined ? '' : shortened(labels[rowOf(first)] ?? '', 60)),
            label: (item) => [xs, ys].map((column) => ` ${column?.name}: ${column?.marks[rowOf(item)]?.text}`),
          },
        },
      },
    },
  };
  return config as ChartConfiguration;
}

function waterfall(figure: HTMLElement, { labels, columns, rows }: Numbers): ChartConfiguration {
  const marks = columns[0]?.marks ?? [];
  const [more, less] = figure.dataset.welcome === 'more' ? ['good', 'bad'] : ['bad', 'good'];
  let level = 0;
  const bars = marks.map(({ value }, index): { span: [number, number]; tint: string } => {
    const amount = value ?? 0;
    if (rows[index]?.dataset.step === 'total') {
      level = amount;
      return { span: [0, amount], tint: color('c1') };
    }
    const from = level;
    level += amount;
    return { span: [from, level], tint: color(amount > 0 ? (more ?? '') : (less ?? '')) };
  });
  return {
    type: 'bar',
    data: {
      labels,
      datasets: [
        {
          data: bars.map(({ span }) => span),
          backgroundColor: bars.map(({ tint }) => tint),
          maxBarThickness: 64,
          minBarLength: 2,
        },
      ],
    },
    options: {
      ...COMMON,
      scales: { x: nameScale(labels, false), y: { ...valueScale(figure, 'y'), ...cutBelow(figure, bars) } },
      plugins: {
        tooltip: { callbacks: { label: ({ dataIndex }) => ` ${marks[dataIndex]?.text ?? ''}` } },
      },
    },
  };
}

/** Changes that are small beside the totals would be lines: then the axis begins above 0, and says so. */
function cutBelow(
  figure: HTMLElement,
  bars: readonly { span: [number, number] }[],
): { min?: number; title?: { display: boolean; text: string } } {
  const ends = bars.flatMap(({ span: [from, to] }) => (from === 0 ? [to] : [from, to]));
  const [lowest, highest] = [Math.min(...ends), Math.max(...ends)];
  const height = highest - lowest;
  if (height <= 0 || lowest <= 0 || height > highest / 4) return {};
  const title = { display: true, text: `${figure.dataset.yTitle ?? ''} (not from 0)` };
  const step = 10 ** Math.floor(Math.log10(height));
  return { min: Math.max(0, Math.floor((lowest - height / 2) / step) * step), title };
}

const COMMON = { responsive: true, maintainAspectRatio: false, animation: false } as const;

/** The scale of the names: all of them where they lie, as many as fit where they stand. */
function nameScale(labels: readonly string[], lying: boolean): Scale {
  const dates = labels.every((label) => DATE.test(label));
  const callback = (_value: unknown, index: number) => {
    const label = labels[index] ?? '';
    return dates
      ? shortDate(label)
      : shortened(label, lying ? (innerWidth < 500 ? 14 : 26) : labels.length > 8 ? 16 : 26);
  };
  const ticks = { autoSkip: !lying && labels.length > 8, autoSkipPadding: 10, maxRotation: dates ? 0 : 45, callback };
  return { type: 'category', grid: { display: false }, ticks };
}

const DATE = /^\d{4}-(\d\d)-(\d\d)(?: (\d\d:\d\d).*)?$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 2026-10-01 → Oct 1; the whole of it stands in the tooltip and in the table. */
function shortDate(label: string): string {
  const [, month, day, time] = DATE.exec(label) ?? [];
  return [MONTHS[Number(month) - 1], Number(day), time].filter((part) => part !== undefined).join(' ');
}

function valueScale(figure: HTMLElement, axis: 'x' | 'y'): Scale {
  const {
    [`${axis}Title`]: title = '',
    [`${axis}Unit`]: unit = 'count',
    [`${axis}Log`]: log,
    [`${axis}Mark`]: mark = '$',
  } = figure.dataset;
  const ticks = {
    maxTicksLimit: 7,
    autoSkipPadding: 14,
    maxRotation: 0,
    callback: (value: string | number) => markText(Number(value), unit, mark),
  };
  const common = { title: { display: title !== '', text: title }, ticks };
  return log === undefined ? { ...common, type: 'linear', beginAtZero: true } : { ...common, type: 'logarithmic' };
}

/** A round number on an axis. */
function markText(value: number, unit: string, mark: string): string {
  if (unit === 'ms') return Math.abs(value) < 1000 ? `${rounded(value)} ms` : `${rounded(value / 1000)} s`;
  if (unit === 'percent') return `${rounded(value)}%`;
  if (unit === 'money') return `${value < 0 ? '-' : ''}${mark}${amount(Math.abs(value))}`;
  return unit === 'ratio' ? `${rounded(value)}×` : rounded(value);
}

const LARGE = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 });
const CENTS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 6 });
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

function rounded(value: number): string {
  return (Math.abs(value) < 10_000 ? SMALL : LARGE).format(value);
}

function amount(value: number): string {
  return Number.isInteger(value) || value >= 10_000 ? rounded(value) : CENTS.format(value);
}

/** The beginning of a text, up to a width: a Japanese letter takes two. */
function shortened(text: string, width: number): string {
  let taken = 0;
  let short = '';
  for (const letter of text) {
    taken += (letter.codePointAt(0) ?? 0) > 0x1100 ? 2 : 1;
    if (taken > width) return `${short}…`;
    short += letter;
  }
  return text;
}

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

drawAll();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
addEventListener('beforeprint', () => printing(true));
addEventListener('afterprint', () => printing(false));
