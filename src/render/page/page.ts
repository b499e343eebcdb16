import { createHash } from 'node:crypto';
import { type Document, type Figure, type Section, sectionsIn, type TextSection } from '../document.js';
import { chartSection } from './chart.js';
import { type Html, html, ownMarkup } from './html.js';
import { pageStyle, type Theme } from './style.js';
import { tableSection } from './table.js';

/** The code a page carries: read by the caller, because rendering does not touch files. */
export interface PageParts {
  /** The charting library with its licence, as a classic script. */
  library: string;
  /** Our own scripts, as modules. */
  scripts: string[];
}

/**
 * One self-contained HTML file: no network, dark and light, for a phone, a screen and paper. All numbers are in it as text; the
 * scripts only draw charts from the tables beside them and sort and filter. A policy (CSP) forbids every other script and any request.
 */
export function documentAsPage(document: Document, parts: PageParts, theme: Theme = 'auto'): string {
  const { page } = document;
  if (page === undefined) throw new Error('an answer without a page');
  const scripts = [scriptText(parts.library), ...parts.scripts.map(scriptText)];
  const [library = '', ...own] = scripts;
  const style = pageStyle(theme);
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme}">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="llmcost">
<title>${page.title}</title>
<link rel="icon" href="data:,">
<style>${ownMarkup(style)}</style>
</head>
<body>
<header>
<h1>${page.title}</h1>
<p class="subtitle">${page.subtitle}</p>
</header>
<main>
${sectionsIn(document, 'page').map(section)}${notes([...(page.remarks ?? []), ...document.notes])}</main>
<footer>
${page.footer.map((line) => html`<p>${line}</p>\n`)}</footer>
<script>${ownMarkup(library)}</script>
${own.map((script) => html`<script type="module">${ownMarkup(script)}</script>\n`)}</body>
</html>`}\n`;
}

/** What the browser may run and show: exactly our scripts and our style, by their digests. Nothing can be fetched or sent. */
function policy(scripts: readonly string[], style: string): string {
  return [
    `default-src 'none'`,
    `script-src ${scripts.map(digest).join(' ')}`,
    `style-src ${digest(style)}`,
    'img-src data:',
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
}

function digest(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** A script as it can stand in a page: without the address of its source map, and with the line ends that browsers hash. */
function scriptText(code: string): string {
  const text = code.replaceAll('\r\n', '\n').replace(/^\/\/# sourceMappingURL=.*$/gm, '');
  if (/<\/script|<!--/i.test(text)) throw new Error('a script that would end inside the page');
  return text;
}

function section(part: Section): Html {
  switch (part.type) {
    case 'figures':
      return html`<section class="figures full" aria-label="Key figures">\n${part.figures.map(figure)}</section>\n`;
    case 'chart':
      return chartSection(part);
    case 'table':
      return tableSection(part);
    case 'text':
      return textSection(part);
    default:
      throw new Error(`no section ${part satisfies never}`);
  }
}

const ARROWS = { up: '▲ ', down: '▼ ', same: '' } as const;

function figure({ label, value, change, note }: Figure): Html {
  return html`<div class="figure"><p class="label">${label}</p><p class="value">${value}</p>${
    change === undefined
      ? undefined
      : html`<p class="change ${change.tone}">${ARROWS[change.direction]}${change.text}</p>`
  }${note === undefined ? undefined : html`<p class="note">${note}</p>`}</div>\n`;
}

function textSection({ title, paragraphs, width }: TextSection): Html {
  return html`<section class="card ${width ?? 'full'}">\n<h2>${title ?? ''}</h2>\n${paragraphs.map(
    (text) => html`<p>${text}</p>\n`,
  )}</section>\n`;
}

function notes(lines: readonly string[]): Html | undefined {
  if (lines.length === 0) return undefined;
  return html`<section class="card notes full">\n<h2>Notes</h2>\n<ul>\n${lines.map(
    (line) => html`<li>${line}</li>\n`,
  )}</ul>\n</section>\n`;
}
