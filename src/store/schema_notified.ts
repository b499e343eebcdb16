import { type Sql, sql } from '../sql.js';

/** What somebody was told of already: one row for each target, budget, group, period and verdict. */
export const NOTIFIED_STEP: Sql = sql`
create table notified (
  target varchar not null,
  rule varchar not null,
  who varchar not null,
  period varchar not null,
  verdict varchar not null,
  sent_at timestamp not null,
  primary key (target, rule, who, period, verdict)
);
`;
