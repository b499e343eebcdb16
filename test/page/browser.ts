import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's chromium, or the one that CHROMIUM names. */
const CANDIDATES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Undefined where there is no browser: then the tests of pages are skipped, and the run says so. */
export const CHROMIUM = CANDIDATES.find((path) => path !== undefined && existsSync(path));

/** The name of tests that need one: without it they are skipped, and say why. */
export const WHERE = CHROMIUM === undefined ? 'SKIPPED, no chromium here (apt-get install chromium)' : 'in a browser';

export function launch(): Promise<Browser> {
  // Run by root, as in a container, it has no sandbox. The pages are ours and can reach nothing.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}

export interface Opened {
  page: Page;
  /** What the console said, errors that nobody caught, dialogs, and every request but the one for the file. */
  complaints: string[];
}

/** Opens a page from a file, as people do. */
export async function open(browser: Browser, text: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const path = join(mkdtempSync(join(tmpdir(), 'llmcost-page-')), 'page.html');
  writeFileSync(path, text);
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => complaints.push('the dialog stayed'));
  });
  const address = pathToFileURL(path).href;
  page.on('request', (request) => {
    if (request.url() !== address && request.url() !== 'data:,') complaints.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  return { page, complaints };
}

/** Of each chart the part of its canvas that is painted, from 0 to 1. */
export function painted(page: Page): Promise<number[]> {
  return page.locator('figure canvas').evaluateAll((canvases) =>
    canvases.map((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return 0;
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] };
      let seen = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) seen += 1;
      return seen / (width * height);
    }),
  );
}
