// Prints "PASSED FAILED" of a vitest JSON report; tests that were skipped are named on stderr.
import { readFileSync } from 'node:fs';

const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const ends = (file, status) => file.assertionResults.filter((test) => test.status === status);

// A file that could not even be loaded has no failed test of its own.
const broken = testResults.filter((file) => file.status === 'failed' && ends(file, 'failed').length === 0);
for (const file of broken) process.stderr.write(`FAILED  ${file.name}: ${file.message}\n`);

const skipped = testResults.flatMap((file) => [
  ...ends(file, 'skipped'),
  ...ends(file, 'pending'),
  ...ends(file, 'todo'),
]);
for (const { fullName } of skipped) process.stderr.write(`SKIPPED ${fullName}\n`);

process.stdout.write(`${numPassedTests} ${numFailedTests + broken.length}\n`);
