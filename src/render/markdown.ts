import { type Document, type Section, sectionsIn, type Table, textOf } from './document.js';
import { plain } from './text/text.js';

/** The answer in Markdown: what was asked, the sections, and the notes as a list. */
export function documentAsMarkdown(document: Document): string {
  const blocks = [
    ...paragraphs(document.head),
    ...sectionsIn(document, 'markdown').flatMap(sectionBlocks),
    list(document.notes),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function sectionBlocks(section: Section): string[] {
  if (section.type === 'table') {
    const { above = [], table, below = [], plainTotals = false } = section;
    return [...above.map((line) => `**${markdownText(line)}**`), markdownTable(table, { plainTotals }), list(below)];
  }
  if (section.type !== 'text') return [];
  switch (section.markdown ?? 'list') {
    case 'list':
      return [list(section.paragraphs)];
    case 'paragraphs':
      return paragraphs(section.paragraphs);
    case 'lines':
      return [section.paragraphs.map(markdownText).join('\n')];
    default:
      throw new Error(`no layout ${section.markdown}`);
  }
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.map(markdownText);
}

function list(texts: readonly string[]): string {
  return texts.map((text) => `- ${markdownText(text)}`).join('\n');
}

/** The table; totals are bold unless they are to look like the rows. */
export function markdownTable({ columns, rows, footer }: Table, { plainTotals = true } = {}): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const total = (text: string) => (text === '' || plainTotals ? text : `**${text}**`);
  return [
    line(columns.map(({ title }) => markdownText(title))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map((cell) => markdownText(textOf(cell))))),
    ...footer.map((cells) => line(cells.map((cell) => total(markdownText(textOf(cell)))))),
  ].join('\n');
}

/** Text from data inside a Markdown table: shown as it is, never markup, never a new cell. */
export function markdownText(text: string): string {
  return plain(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~]/g, '\\$&');
}
