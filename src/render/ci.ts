import type { BudgetCheck, BudgetRow } from '../query/budget/answer.js';
import { restLine, type Shown, shownRows, verdictLine, whoOf } from './answers/budget_columns.js';
import { plain } from './text/text.js';

/**
 * Annotations at the lines of the rules, one for each row that is not ok, and the verdict as a notice.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function budgetAsGithub(check: BudgetCheck, shown: Shown): string {
  const rows = shownRows(check, { ...shown, all: false });
  const lines = rows.slice(0, shown.top).map((row) => {
    const place = row.file === null ? [] : [`file=${property(row.file)}`, `line=${row.line}`];
    const command = row.exit_code === 0 ? 'warning' : 'error';
    return `::${command} ${[...place, `title=${property(`llmcost: ${row.rule}`)}`].join(',')}::${data(row.message)}`;
  });
  const rest = rows.length > shown.top ? [`::notice title=llmcost::${data(restLine(check, shown) ?? '')}`] : [];
  return [...lines, ...rest, `::notice title=llmcost::${data(verdictLine(check))}`].map((line) => `${line}\n`).join('');
}

function data(text: string): string {
  return plain(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/**
 * A suite for each file of rules, a case for each group of each rule: failed if it is breached, in error if it is undecided. What only
 * warns has passed and tells so. https://github.com/testmoapp/junitxml
 */
export function budgetAsJunit(check: BudgetCheck): string {
  const count = (rows: readonly BudgetRow[], code: 1 | 4) => rows.filter(({ exit_code }) => exit_code === code).length;
  const totals = (rows: readonly BudgetRow[]) =>
    `tests="${rows.length}" failures="${count(rows, 1)}" errors="${count(rows, 4)}" skipped="0"`;
  const names = [...new Set(check.rows.map(fileOf))];
  const suites = names.map((name) => [name, check.rows.filter((row) => fileOf(row) === name)] as const);
  const lines = suites.flatMap(([name, rows]) => [
    `  <testsuite name="${xml(name)}" ${totals(rows)} timestamp="${check.query.at.slice(0, 19)}" time="0">`,
    ...rows.flatMap(testCase),
    '  </testsuite>',
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="llmcost budget-check" ${totals(check.rows)} time="0">\n${lines.map((line) => `${line}\n`).join('')}</testsuites>\n`;
}

function fileOf({ file }: BudgetRow): string {
  return file ?? 'command line';
}

function testCase(row: BudgetRow): string[] {
  const name = whoOf(row) === '' ? row.metric : whoOf(row);
  const head = `    <testcase classname="${xml(row.rule)}" name="${xml(name)}" time="0">`;
  const text = xml(row.message);
  const body = {
    0: row.verdict === 'ok' ? [] : [`      <system-out>${text}</system-out>`],
    1: [`      <failure type="${row.verdict}" message="${text}">${text}</failure>`],
    4: [`      <error type="${row.verdict}" message="${text}">${text}</error>`],
  }[row.exit_code];
  return body.length === 0 ? [head.replace(/>$/, '/>')] : [head, ...body, '    </testcase>'];
}

/** Text of XML 1.0, which has no place for control characters, not even escaped ones, and none for halves of letters. */
function xml(text: string): string {
  return plain(text)
    .replace(/[\p{Cs}\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** One result for each row that is not ok, at the line of its rule. SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function budgetAsSarif(check: BudgetCheck): string {
  const rows = shownRows(check, { all: false, top: 0 });
  const rules = [...new Set(check.rows.map(({ rule }) => rule))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'llmcost',
            rules: rules.map((id) => ({ id, shortDescription: { text: `Budget ${plain(id)}` } })),
          },
        },
        results: rows.map((row) => ({
          ruleId: row.rule,
          ruleIndex: rules.indexOf(row.rule),
          level: row.exit_code === 0 ? 'warning' : 'error',
          message: { text: plain(row.message) },
          locations: row.file === null ? [] : [location(row.file, row.line ?? 1)],
          partialFingerprints: { 'llmcost/v1': fingerprint(row) },
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function location(file: string, startLine: number): object {
  const uri = encodeURI(file.replaceAll('\\', '/'));
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine } } };
}

/** The same row of the next check has the same name: rule, verdict and group. */
function fingerprint({ rule, verdict, group }: BudgetRow): string {
  return JSON.stringify([rule, verdict, ...Object.values(group)]);
}

/** The report of code quality: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
export function budgetAsGitlab(check: BudgetCheck): string {
  const issues = shownRows(check, { all: false, top: 0 }).map((row) => ({
    description: plain(row.message),
    check_name: row.rule,
    fingerprint: fingerprint(row),
    severity: { 0: 'minor', 1: 'critical', 4: 'major' }[row.exit_code],
    location: { path: row.file ?? 'llmcost.yaml', lines: { begin: row.line ?? 1 } },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}
