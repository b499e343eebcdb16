import { currencyMark } from '../../names/currency_mark.js';
import type { Axis, Chart, ScatterChart, SeriesChart, ValuedCell, WaterfallChart } from '../document.js';
import { shownCurrency } from '../text/number.js';
import { type Html, html } from './html.js';
import { pageName, tableCell } from './table.js';

/**
 * A chart as a section: an empty canvas and the table of its numbers. src/browser/charts.ts draws the one from the other, so what is
 * seen is what can be read; without scripts the table remains.
 */
export function chartSection(chart: Chart): Html {
  return html`<section class="card ${chart.width ?? 'full'}">
<h2>${chart.title}</h2>
${chart.text === undefined ? undefined : html`<p class="text">${chart.text}</p>\n`}<figure data-chart="${chart.kind}"${settings(chart)}>
<div class="plot"><canvas role="img" aria-label="${chart.title}. The numbers are in the table below."></canvas></div>
<details>
<summary>Numbers</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Numbers of ${chart.title}">
<table>
<caption>${chart.title}</caption>
${numbers(chart)}</table>
</div>
</details>
</figure>
</section>\n`;
}

function settings(chart: Chart): Html {
  switch (chart.kind) {
    case 'scatter':
      return html`${axis('x', chart.x)}${axis('y', chart.y)}`;
    case 'waterfall':
      return html`${axis('y', chart.value)} data-welcome="${chart.welcome ?? 'less'}"`;
    case 'columns':
    case 'lines':
    case 'bars':
      return html`${axis('y', chart.value)}${chart.stacked === true ? html` data-stacked` : undefined}`;
    default:
      throw new Error(`no chart ${chart satisfies never}`);
  }
}

function axis(name: 'x' | 'y', { title, unit, scale }: Axis): Html {
  const log = scale === 'log' ? html` data-${name}-log` : undefined;
  const mark = currencyMark(shownCurrency());
  const money = unit === 'money' && mark !== '$' ? html` data-${name}-mark="${mark}"` : undefined;
  return html` data-${name}-title="${title}" data-${name}-unit="${unit}"${money}${log}`;
}

function numbers(chart: Chart): Html {
  switch (chart.kind) {
    case 'scatter':
      return pointRows(chart);
    case 'waterfall':
      return stepRows(chart);
    case 'columns':
    case 'lines':
    case 'bars':
      return seriesRows(chart);
    default:
      throw new Error(`no chart ${chart satisfies never}`);
  }
}

function seriesRows({ labelTitle, labels, series }: SeriesChart): Html {
  const heads = series.map(
    ({ name, tone }) =>
      html`<th scope="col" class="number"${tone === undefined ? undefined : html` data-tone="${tone}"`}>${pageName(name)}</th>`,
  );
  return html`<thead>
<tr><th scope="col">${labelTitle}</th>${heads}</tr>
</thead>
<tbody>
${labels.map((label, index) =>
  row(
    label,
    series.map(({ cells }) => cells[index] ?? { text: '–' }),
  ),
)}</tbody>
`;
}

function pointRows({ labelTitle, x, y, points }: ScatterChart): Html {
  const grouped = points.some(({ group }) => group !== undefined);
  const group = (name: string | undefined) =>
    grouped ? html`<td class="text">${pageName(name ?? '')}</td>` : undefined;
  return html`<thead>
<tr><th scope="col">${labelTitle}</th><th scope="col" class="number">${x.title}</th><th scope="col" class="number">${y.title}</th>${
    grouped ? html`<th scope="col">group</th>` : undefined
  }</tr>
</thead>
<tbody>
${points.map(
  (point) =>
    html`<tr>${rowHead(point.name)}${tableCell(point.x, 'number')}${tableCell(point.y, 'number')}${group(point.group)}</tr>\n`,
)}</tbody>
`;
}

function stepRows({ labelTitle, value, steps }: WaterfallChart): Html {
  return html`<thead>
<tr><th scope="col">${labelTitle}</th><th scope="col" class="number">${value.title}</th></tr>
</thead>
<tbody>
${steps.map(
  ({ name, cell, step }) => html`<tr data-step="${step}">${rowHead(name)}${tableCell(cell, 'number')}</tr>\n`,
)}</tbody>
`;
}

function row(label: string, cells: readonly ValuedCell[]): Html {
  return html`<tr>${rowHead(label)}${cells.map((cell) => tableCell(cell, 'number'))}</tr>\n`;
}

function rowHead(name: string): Html {
  return html`<th scope="row">${pageName(name)}</th>`;
}
