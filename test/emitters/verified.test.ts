import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Result {
  name: string;
  version: string;
  verdict: string;
  billed_usd: string;
}

interface Checked {
  results: readonly Result[];
  page: string;
  emitters: readonly { name: string }[];
  versionOf: (emitter: { name: string }) => string;
}

/** The suite is plain JavaScript: it runs without a build. */
async function load<Module>(file: string): Promise<Module> {
  return import(new URL(file, import.meta.url).href);
}

interface Page {
  checkResults: (checked: Checked) => string[];
  readResults: () => Result[];
  PAGE: string;
}

async function checked(): Promise<Checked & { check: Page['checkResults'] }> {
  const { checkResults, readResults, PAGE } = await load<Page>('suite/page.mjs');
  const { EMITTERS } = await load<{ EMITTERS: { name: string; environment: string; package: string }[] }>(
    'emitters.mjs',
  );
  const { pinnedVersion } = await load<{ pinnedVersion: (environment: string, name: string) => string }>(
    'suite/environment.mjs',
  );
  const versions = new Map(EMITTERS.map((one) => [one.name, pinnedVersion(one.environment, one.package)]));
  return {
    check: checkResults,
    results: readResults(),
    page: readFileSync(PAGE, 'utf8'),
    emitters: EMITTERS,
    versionOf: ({ name }) => versions.get(name) ?? '',
  };
}

test('the page of what is verified shows the results of the emitters that are pinned, and none is wrong', async () => {
  const { check, ...given } = await checked();
  expect(check(given)).toEqual([]);
  expect(given.results.length).toBeGreaterThanOrEqual(40);
});

test('a result that is missing, of another version, wrong, or not on the page is noticed', async () => {
  const { check, ...given } = await checked();
  const [first, second, ...others] = given.results;
  if (first === undefined || second === undefined) throw new Error('there are no results');
  expect(check({ ...given, results: [second, ...others] })).toContain(`${first.name} has no result`);
  expect(check({ ...given, results: [{ ...first, version: '0.0.0' }, second, ...others] })).toContain(
    `${first.name} has a result of another version than the pinned one`,
  );
  expect(check({ ...given, results: [{ ...first, verdict: 'wrong' }, second, ...others] })).toContain(
    `${first.name} is read wrongly`,
  );
  expect(check({ ...given, page: given.page.replace(first.version, '0.0.0') })).toEqual([
    'docs/verified.md does not show these results',
  ]);
});
