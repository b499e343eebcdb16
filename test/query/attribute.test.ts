import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { call, longId, newWorld, type World } from '../import/world.js';

const RULES = `\
attribution:
  - { set: customer, from: api_key, file: keys.csv, key: id, value: customer }
  - { where: ['feature~chat*', 'tag:team=a'], set: { customer: chatters, environment: prod, 'tag:via': rule } }
  - { set: feature, from: 'tag:feat' }
`;

/** gpt-4o costs $2.50 and $10 per million tokens: $0.00035 for a call of 100 + 10. */
const CALLS = [
  call(longId(1), { tags: { api_key_id: 'key_1' } }),
  call(longId(2), { customer: 'own', tags: { api_key_id: 'key_1', feat: 'search' } }),
  call(longId(3), { feature: 'chat-x', tags: { team: 'a' } }),
  call(longId(4), { feature: 'chat-x', user_id: 'u1', tags: { api_key: 'key_2', team: 'a' } }),
  call(longId(5), { user_id: 'u2', tags: { api_key: 'key_9' } }),
  call(longId(6), { model: 'nobody' }),
];

async function worldOf(rules: string): Promise<World> {
  const world = await newWorld();
  world.write('keys.csv', 'ID,Customer\nkey_1,acme\nkey_2, globex\nkey_9,\n');
  world.write('llmcost.yaml', rules);
  world.write('calls.jsonl', CALLS.join('\n'));
  return world;
}

const ATTRIBUTION = sql`
  select customer, feature, environment, tags['via'] as via, cost_usd as cost
  from usage
  order by request_id`;

/** The rows of ATTRIBUTION in the words of a line each. */
async function attribution(world: World): Promise<string[]> {
  const rows = await world.rows<Record<string, string | null>>(ATTRIBUTION);
  return rows.map(({ customer, feature, environment, via }) =>
    [customer, feature, environment, via].map((text) => text ?? '-').join(' '),
  );
}

const SAID = ['- - - -', 'own - - -', '- chat-x - -', '- chat-x - -', '- - - -', '- - - -'];
const RULED = [
  'acme - - -',
  // The log says who the customer is.
  'own search - -',
  'chatters chat-x prod rule',
  // The first rule that matches says who the customer is, another one the rest.
  'globex chat-x prod rule',
  // No line of the file has a customer for this key.
  '- - - -',
  '- - - -',
];

test('rules at import, taken back, and applied again: nothing else changes, and the same again changes nothing', async () => {
  const world = await worldOf(RULES);
  await world.imported(['calls.jsonl']);
  expect(await attribution(world)).toEqual(RULED);
  const costs = (await world.rows<{ cost: string | null }>(ATTRIBUTION)).map(({ cost }) => cost);
  expect(costs).toEqual([...Array.from({ length: 5 }, () => '0.000350000000000000'), null]);

  expect((await world.llmcost(['attribute'])).out.split('\n')[0]).toBe('Nothing changed.');

  world.write('llmcost.yaml', '');
  const undone = await world.llmcost(['attribute', '--dry-run']);
  expect(undone.out).toBe(`\
4 rows of usage would change.

column       before    after   requests        cost
customer     acme      (none)         1  $0.0003500
customer     chatters  (none)         1  $0.0003500
customer     globex    (none)         1  $0.0003500
environment  prod      (none)         2  $0.0007000
feature      search    (none)         1  $0.0003500
tag:via      rule      (none)         2  $0.0007000

Without customer:

api_key  model   user    requests        cost
key_1    gpt-4o  (none)         1  $0.0003500
key_2    gpt-4o  u1             1  $0.0003500
key_9    gpt-4o  u2             1  $0.0003500
(none)   gpt-4o  (none)         1  $0.0003500
(none)   nobody  (none)         1    unpriced
total                           5   $0.001400

Without feature:

api_key  model   user    requests        cost
key_1    gpt-4o  (none)         2  $0.0007000
key_9    gpt-4o  u2             1  $0.0003500
(none)   nobody  (none)         1    unpriced
total                           4   $0.001050
`);
  expect(undone.err).toBe('note: There are no rules: the section attribution of llmcost.yaml is missing or empty.\n');
  expect(await attribution(world)).toEqual(RULED);
  await world.llmcost(['attribute']);
  expect(await attribution(world)).toEqual(SAID);
  expect(await world.rows(sql`from usage_attribution`)).toEqual([]);

  world.write('llmcost.yaml', RULES);
  await world.llmcost(['attribute']);
  expect(await attribution(world)).toEqual(RULED);
});

test('copies, removed imports and calls of another time', async () => {
  const world = await worldOf(RULES);
  world.write('again.jsonl', [...CALLS.slice(0, 3), call(longId(7), { tags: { api_key: 'key_2' } })].join('\n'));
  await world.imported(['calls.jsonl']);
  const [again] = await world.imported(['again.jsonl']);
  expect(again).toMatchObject({ imported: 1, duplicates: 3 });
  expect(await attribution(world)).toEqual([...RULED, 'globex - - -']);
  await world.llmcost(['imports', 'remove', '1']);
  expect(await world.rows(sql`select distinct import_id from usage_attribution`)).toEqual([{ import_id: 2 }]);
  await world.imported(['again.jsonl']);
  expect(await attribution(world)).toEqual([...RULED.slice(0, 3), 'globex - - -']);
  world.write('llmcost.yaml', '');
  const { out } = await world.llmcost(['attribute', '--period', '2026-09']);
  expect(out).toBe('Nothing changed.\n');
});

test('a rule that overwrites; one for JSON and CSV', async () => {
  const world = await worldOf(`\
attribution:
  - { where: ['customer=own'], set: { customer: renamed }, overwrite: true }
  - { set: customer, from: user }
`);
  await world.imported(['calls.jsonl']);
  expect((await attribution(world)).map((line) => line.split(' ')[0])).toEqual(['-', 'renamed', '-', 'u1', 'u2', '-']);
  const { out } = await world.llmcost(['attribute', '--format', 'json', '--top', '1', '--dry-run']);
  expect(JSON.parse(out)).toMatchObject({
    schema: 'llmcost.attribute/1',
    dry_run: true,
    query: { rules: ['llmcost.yaml:2: attribution[0]', 'llmcost.yaml:3: attribution[1]'], top: 1 },
    currency: 'USD',
    changed: 0,
    rows: [],
    unattributed: [
      {
        column: 'customer',
        kind: 'group',
        api_key: 'key_1',
        model: 'gpt-4o',
        user: null,
        rows: 1,
        requests: 1,
        cost: '0.000350000000000000',
      },
      { column: 'customer', kind: 'other', rows: 2, requests: 2, cost: '0.000350000000000000' },
      { column: 'customer', kind: 'total', rows: 3, requests: 3, cost: '0.000700000000000000' },
    ],
  });
  world.write('llmcost.yaml', "attribution:\n  - { set: environment, from: 'tag:team' }\n");
  const csv = await world.llmcost(['attribute', '--format', 'csv', '--dry-run']);
  expect(csv.out.split('\r\n').slice(0, 5)).toEqual([
    'kind,column,before,after,api_key,model,user,rows,requests,cost',
    'changed,customer,renamed,own,,,,1,1,0.000350000000000000',
    'changed,customer,u1,(none),,,,1,1,0.000350000000000000',
    'changed,customer,u2,(none),,,,1,1,0.000350000000000000',
    'changed,environment,(none),a,,,,2,2,0.000700000000000000',
  ]);
  const markdown = await world.llmcost(['attribute', '--format', 'markdown', '--dry-run']);
  expect(markdown.out).toContain(
    '| column | before | after | requests | cost |\n| --- | --- | --- | ---: | ---: |\n| customer | renamed | own | 1 | $0.0003500 |\n',
  );
});

test.each([
  [
    '{ set: customer, from: api_key, file: gone.csv, key: id, value: customer }',
    3,
    'llmcost.yaml:2: attribution[0].file: there is no file gone.csv.\nIt is looked for from the folder of the configuration.',
  ],
  [
    '{ set: customer, from: api_key, file: keys.csv, key: key, value: customer }',
    2,
    "llmcost.yaml:2: attribution[0]: keys.csv has no column 'key'.\nIts columns are: ID, Customer.",
  ],
  [
    '{ set: customer, from: api_key, file: twice.csv, key: id, value: customer }',
    2,
    "llmcost.yaml:2: attribution[0]: twice.csv has two values for 'key_1': 'acme' and 'globex'.\nKeep one of them.",
  ],
  [
    '{ set: customer, from: api_key, file: empty.csv, key: id, value: customer }',
    3,
    "llmcost.yaml:2: attribution[0].file: empty.csv is empty.\nIt needs a line with the names of its columns, 'id' and 'customer' among them.",
  ],
  [
    '{ set: customer, from: api_key, file: ., key: id, value: customer }',
    3,
    'llmcost.yaml:2: attribution[0].file: . cannot be read: EISDIR: illegal operation on a directory, read.\nName a CSV file that you may read.',
  ],
  ['{ set: customer, from: team }', 2, "llmcost.yaml:2: attribution[0].from: There is no dimension 'team'."],
  [
    "{ where: ['feature'], set: { customer: x } }",
    2,
    "llmcost.yaml:2: attribution[0].where[0]: 'feature' is not a filter.",
  ],
  ['{ set: customer }', 2, 'llmcost.yaml:2: attribution[0]: must say from where the value comes.'],
  [
    '{ set: model, from: user }',
    2,
    'llmcost.yaml:2: attribution[0].set: must be one of customer, feature, environment, user, session, tag:NAME.',
  ],
  [
    '{ set: { model: x } }',
    2,
    'llmcost.yaml:2: attribution[0].set.model: is not known here. Known are: customer, feature, environment, user, session, tag:NAME.',
  ],
  [
    '{ set: customer, from: user, file: keys.csv, value: x }',
    2,
    'llmcost.yaml:2: attribution[0]: must say which column of the file is the key.',
  ],
  ['{ set: customer, from: user, key: x }', 2, 'llmcost.yaml:2: attribution[0].key: goes with file.'],
  [
    '{ set: { customer: x }, from: user }',
    2,
    'llmcost.yaml:2: attribution[0].set: must be one of customer, feature, environment, user, session, tag:NAME where from is given.',
  ],
])('%s cannot be', async (rule, code, complaint) => {
  const world = await worldOf(`attribution:\n  - ${rule}\n`);
  world.write('empty.csv', ' \n\n');
  world.write('twice.csv', 'id,customer\nkey_1,acme\nkey_1,globex\n');
  const answer = await world.llmcost(['attribute']);
  expect(answer.err.slice(0, complaint.length + 9)).toBe(`llmcost: ${complaint}`);
  expect(answer.code).toBe(code);
});
