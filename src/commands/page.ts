import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Document } from '../render/document.js';
import type { PageParts } from '../render/page/page.js';
import type { Theme } from '../render/page/style.js';

/** An answer as one file of HTML with all the code it carries. */
export async function pageText(document: Document, theme?: Theme): Promise<string> {
  const [{ documentAsPage }, parts] = await Promise.all([import('../render/page/page.js'), pageParts()]);
  return documentAsPage(document, parts, theme);
}

/** The scripts of src/browser, in the order they run. They are in `dist`, seen from the source and from the built program alike. */
const SCRIPTS = ['point_names.js', 'charts.js', 'legends.js', 'tables.js'];
const FOLDER = new URL('../../dist/browser/', import.meta.url);

async function pageParts(): Promise<PageParts> {
  const dist = dirname(createRequire(import.meta.url).resolve('chart.js'));
  const [licence, code, ...scripts] = await Promise.all([
    readFile(join(dist, '../LICENSE.md'), 'utf8'),
    readFile(join(dist, 'chart.umd.min.js'), 'utf8'),
    ...SCRIPTS.map((name) => readFile(new URL(name, FOLDER), 'utf8')),
  ]);
  return { library: `/*! Chart.js\n${licence.replaceAll('*/', '* /').trim()}\n*/\n${code}`, scripts };
}
