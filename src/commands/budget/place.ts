import { isAbsolute, relative, resolve } from 'node:path';
import type { Io } from '../../io.js';
import type { BudgetCheck } from "../../query/budget/answer.js";

/**
 * A check whose rules stand in files as CI services name them: from the top of what was checked out, wherever the check ran.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/variables and https://docs.gitlab.com/ci/variables/predefined_variables/
 */
export function inCheckout(check: BudgetCheck, { cwd, env }: Io): BudgetCheck {
  const top = env.GITHUB_WORKSPACE || env.CI_PROJECT_DIR;
  if (top === undefined || top === '') return check;
  const placed = (file: string) => {
    const path = relative(top, resolve(cwd, file)).replaceAll('\\', '/');
    return path.startsWith('../') || isAbsolute(path) ? file : path;
  };
  return { ...check, rows: check.rows.map((row) => (row.file === null ? row : { ...row, file: placed(row.file) })) };
}
