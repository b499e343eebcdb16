import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { Page, PageParts } from '../render/page/data.js';
import { writeAnswer } from './output.js';

/** Writes a page to the file of -o, else to stdout. Throws UsageError on a terminal, where nobody could read it. */
export async function writePage(page: Page, output: string | undefined, io: Io): Promise<void> {
  await writeAnswer(await pageAnswer(page, output, io), output, io);
}

/** The text that `writePage` writes, for a command that has other forms too; the same UsageError. */
export async function pageAnswer(page: Page, output: string | undefined, io: Io): Promise<string> {
  if (output === undefined && io.stdout.isTTY === true) {
    throw new UsageError(
      'A page is for a browser, not for a terminal.\nName a file, for example -o report.html, or send it on with a pipe.',
    );
  }
  return pageText(page);
}

/** The whole file: the page with all the code it carries. */
export async function pageText(page: Page): Promise<string> {
  const [{ htmlPage }, parts] = await Promise.all([import('../render/page/page.js'), pageParts()]);
  return htmlPage(page, parts);
}

/** The scripts of src/browser, in the order they run. They lie in `dist`, seen from the source and from the built program alike. */
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
