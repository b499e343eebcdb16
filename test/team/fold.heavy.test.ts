import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { expect, test } from 'vitest';
import { TRAIT_NAMES } from '../../src/import/declare/format.js';
import { FACT_NAMES } from '../../src/import/rows/statement.js';
import { identifier, integer, join, literal, type Sql, sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { compactTeam } from '../../src/team/compact.js';
import { digest, manifestBytes } from '../../src/team/manifest.js';
import { inspectPacks, writePack } from '../../src/team/pack.js';
import type { Place } from '../../src/team/place.js';
import { folderPlace } from '../../src/team/place_folder.js';
import { fetchNews, foldNews, knownPushes } from '../../src/team/sync.js';

/*
 * Random sets of pushes (grown and shrunken states, other customers, lost attributes, times weeks apart, replacements, removals before and
 * after what they remove, compactions, lost originals) are folded in random orders and batches. Each time the store must be what one statement
 * over all live packs says, to the last row and the push that each row is of. 25 sets of calls, each with slices and changes of its own,
 * travel together in one set of pushes, because a fold takes as long for one as for all. LLMCOST_TEAM_SETS says how many times 25; the
 * seed is in the name of the test.
 */

const ROUNDS = Number(process.env.LLMCOST_TEAM_SETS ?? 1);
const SEED = Number(process.env.LLMCOST_TEAM_SEED ?? 1);
const GROUPS = 25;
const ORDERS = 4;

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    // https://en.wikipedia.org/wiki/Linear_congruential_generator, the constants of POSIX.
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** What is compared: the columns of a pack in their order, without the provider and the region that each store works out. */
const SAID: readonly Sql[] = [
  ...FACT_NAMES.map((name) => identifier(name)),
  identifier('units'),
  ...TRAIT_NAMES.filter((name) => name !== 'region').map((name) =>
    identifier(name === 'provider' ? 'source_provider' : name),
  ),
];
const TEXTS = SAID.map((column) => sql`coalesce(cast(${column} as varchar), '')`);

/** Calls laid out as a pack: 60 of each group, of two models, over two months. */
const BASE = sql`
  select
    cast(hash(n + 1000 * batch) as ubigint) as key_hi, cast(hash(n + 1000 * batch + 500) as ubigint) as key_lo,
    'req_' || lpad(cast(n + 1000 * batch as varchar), 24, '0') as request_id, cast(null as varchar) as trace_id,
    timestamp '2026-09-10 08:00:00' + to_hours(n * 20) as occurred_at, cast(1 as bigint) as requests,
    cast(100 + n as bigint) as uncached_input_tokens, cast(null as bigint) as cache_read_tokens,
    cast(null as bigint) as cache_write_tokens, cast(null as bigint) as cache_write_1h_tokens,
    cast(10 + n % 7 as bigint) as text_output_tokens, cast(null as bigint) as reasoning_tokens,
    cast(200 + n as bigint) as latency_ms, cast(null as bigint) as ttft_ms, if(n % 3 = 0, 'acme', null) as customer,
    'user-' || n % 5 as user_id, cast(null as varchar) as session_id, cast(null as map(varchar, varchar)) as tags,
    cast(null as decimal(38, 18)) as billed_cost,
    if(n % 11 = 0, map {'web_search_requests': cast(1 as decimal(18, 6))}, cast(null as map(varchar, decimal(18, 6)))) as units,
    'openai' as paid_provider, 'openai' as source_provider, if(n % 2 = 0, 'gpt-4o', 'gpt-4o-mini') as model,
    cast(null as varchar) as request_model, 'chat' as operation, cast(null as varchar) as service_tier,
    cast(null as varchar) as speed, cast(null as varchar) as region, 'ok' as status, cast(null as varchar) as error_class,
    cast(null as integer) as http_status, if(n % 4 = 0, 'search', null) as feature, cast(null as varchar) as environment,
    cast(null as integer) as attempt, cast(null as bigint) as bucket_seconds, cast(null as varchar) as billed_currency,
    cast(null as boolean) as gateway_cached, cast(null as varchar) as token_convention,
    cast(null as bigint) as max_output_tokens, cast(null as boolean) as has_tools, cast(null as boolean) as has_images,
    cast(null as boolean) as has_json_schema, n, batch
  from range(60) as numbers (n), range(${integer(GROUPS)}) as groups (batch)`;

interface Set {
  place: Place;
  root: string;
  /** Every manifest there ever was, with the paths of its packs. */
  written: { push_id: string; machine: string; files: string[]; replaces: string[] }[];
}

async function push(store: Store, set: Set, machine: string, rows: Sql, replaces: string[] = []): Promise<string> {
  await store.run(sql`create or replace temp table sliced as ${rows}`);
  const months = await store.rows<{ month: string }>(
    sql`select distinct strftime(occurred_at, '%Y-%m') as month from sliced order by month`,
  );
  const packs = [];
  const files: string[] = [];
  for (const { month } of months) {
    const path = pathOf(set.root, `${randomUUID()}.parquet`);
    await writePack(store, sql`select * from sliced where strftime(occurred_at, '%Y-%m') = ${literal(month)}`, path);
    const bytes = readFileSync(path);
    rmSync(path);
    const name = `packs/month=${month}/${digest(bytes)}.parquet`;
    await set.place.put(name, bytes);
    const held = (await inspectPacks(store, [pathOf(set.root, name)])).get(pathOf(set.root, name)) ?? [];
    if ('wrong' in held || held[0] === undefined) throw new Error('a pack of our own cannot be read');
    packs.push({ name, sha256: digest(bytes), bytes: bytes.length, rows: held[0].rows, sums: held[0].sums });
    files.push(pathOf(set.root, name));
  }
  const manifest = {
    machine,
    tool: 'test',
    nonce: randomUUID(),
    made_at: '2026-12-01T00:00:00Z',
    packs,
    replaces,
    contains: [],
  };
  const { push_id, bytes } = manifestBytes(manifest);
  await set.place.put(`manifests/${push_id}.json`, bytes);
  set.written.push({ push_id, machine, files, replaces });
  return push_id;
}

/** Writes pushes of four machines, some of which take others back. */
async function write(store: Store, set: Set, below: (most: number) => number): Promise<void> {
  const pushes = 5 + below(2);
  for (let number = 0; number < pushes; number++) {
    const slices = Array.from({ length: GROUPS }, (_, batch) => {
      const first = below(45);
      return [
        ...[batch, first, first + 1 + below(30), below(4) * 10, below(3) === 0 ? 1 + below(40) : 0],
        ...[below(3) === 0 ? 1 : 0, below(3) === 0 ? 1 : 0, 2 + below(4)],
      ];
    });
    const rows = sql`
      select base.* exclude (n, batch) replace (
        if(n % every = 0, text_output_tokens + grown, text_output_tokens) as text_output_tokens,
        if(slow = 1, null, latency_ms) as latency_ms,
        occurred_at + to_days(shifted) as occurred_at,
        if(nobody = 1, null, customer) as customer
      )
      from base
      join (values ${join(slices.map((slice) => sql`(${join(slice.map(integer))})`))})
        as slice (of, first_n, last_n, grown, shifted, nobody, slow, every)
        on slice.of = base.batch and n between first_n and last_n`;
    const earlier = set.written.map(({ push_id }) => push_id);
    const replaces = earlier.length > 0 && below(4) === 0 ? [earlier[below(earlier.length)] ?? ''] : [];
    await push(store, set, `m${below(4)}`, rows, replaces);
    if (below(4) === 0) await compactSome(store, set, below);
    if (below(5) === 0)
      await push(store, set, 'm9', sql`select * from (${rows}) as none where false`, [
        earlier[below(earlier.length)] ?? randomUUID().replaceAll('-', ''),
      ]);
  }
}

async function compactSome(store: Store, set: Set, below: (most: number) => number): Promise<void> {
  const before = readdirSync(pathOf(set.root, 'manifests'));
  const compaction = await compactTeam(store, {
    target: { place: set.place, team: TEAM },
    ...{ cache: set.root, machine: 'hub', tool: 'test', now: new Date('2026-12-01T00:00:00Z') },
    ...{ before: '2027-01', dryRun: false },
  });
  if (compaction.push_id === null || below(2) === 0) return;
  const text = readFileSync(pathOf(set.root, 'manifests', `${compaction.push_id}.json`), 'utf8');
  const held = (JSON.parse(text) as { contains: { push_id: string }[] }).contains.map(({ push_id }) => push_id);
  for (const name of before)
    if (held.includes(name.slice(0, -'.json'.length))) rmSync(pathOf(set.root, 'manifests', name));
}

const TEAM = { id: 'a0', encrypted: false, hides: [], key_check: null };

/** Rows in an order that does not depend on their numbers: key, push, and all that is said. */
const LISTED = sql`
  select count(*) as rows, coalesce(md5(string_agg(line, chr(10) order by line)), '') as digest
  from (select concat_ws('|', event_key, push_id, ${join(TEXTS)}) as line from stated)`;

async function expected(store: Store, { written }: Set): Promise<object> {
  const dead = new Set(written.flatMap(({ replaces }) => replaces));
  const live = written.filter(({ push_id, files }) => !dead.has(push_id) && files.length > 0);
  if (live.length === 0) return { rows: '0', digest: '' };
  const of = live.flatMap(({ push_id, machine, files }) =>
    files.map((file) => sql`(${literal(file)}, ${literal(push_id)}, ${literal(machine)})`),
  );
  const files = join([...new Set(live.flatMap((one) => one.files))].map(literal));
  return store.row(sql`
    with state as (
      select
        (cast(key_hi as uhugeint) << 64) | cast(key_lo as uhugeint) as event_key,
        origin.push_id, origin.machine, pack.*,
        coalesce(uncached_input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
          + coalesce(cache_write_1h_tokens, 0) + coalesce(text_output_tokens, 0) + coalesce(reasoning_tokens, 0)
          + if(units is null, 0, list_sum(map_values(units))) as total,
        (user_id is not null)::int + (session_id is not null)::int + (trace_id is not null)::int + (latency_ms is not null)::int
          + (ttft_ms is not null)::int + (billed_cost is not null)::int + (feature is not null)::int
          + (environment is not null)::int as told,
        md5_number(concat_ws(chr(31), ${join(TEXTS)})) as said
      from read_parquet([${files}], filename = true, hive_partitioning = false) as pack
      join (values ${join(of)}) as origin (file, push_id, machine) on origin.file = pack.filename
    ),
    stated as (
      select * from state
      qualify row_number() over (
        partition by event_key
        order by total desc, requests desc, customer is null, told desc, latency_ms nulls last, occurred_at nulls last, said,
          machine, push_id
      ) = 1
    )
    ${LISTED}`);
}

async function found(store: Store): Promise<object> {
  return store.row(sql`
    with stated as (
      select fact.*, imports.push_id, profile.* exclude (profile_id)
      from usage_fact as fact
      join imports on imports.import_id = fact.import_id
      join usage_profile as profile on profile.profile_id = fact.profile_id
    )
    ${LISTED}`);
}

const KEPT = ['usage_fact', 'imports', 'import_overlap', 'team_push', 'team_replaced', 'team_pushed'];

async function clear(store: Store): Promise<void> {
  for (const table of KEPT) await store.run(sql`delete from ${identifier(table)}`);
}

/** A place that shows some of its manifests only. */
function partOf(place: Place, shown: ReadonlySet<string>): Place {
  return { ...place, list: async (folder) => (await place.list(folder)).filter((key) => shown.has(key)) };
}

test(`${ROUNDS * GROUPS} random sets of pushes, each folded in ${ORDERS} orders, make the one store (seed ${SEED})`, async () => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await store.run(sql`create temp table base as ${BASE}`);
    let folded = 0;
    for (let number = 0; number < ROUNDS; number++) {
      const below = random(SEED + number * 7919);
      const root = mkdtempSync(pathOf(tmpdir(), 'llmcost-team-fold-'));
      const set: Set = { place: folderPlace(root), root, written: [] };
      await write(store, set, below);
      const want = await expected(store, set);
      const keys = await set.place.list('manifests/');
      for (let order = 0; order < ORDERS; order++) {
        await clear(store);
        const left = [...keys];
        const shown = new globalThis.Set<string>();
        while (left.length > 0) {
          const count = 3 + below(left.length);
          for (let taken = 0; taken < count && left.length > 0; taken++)
            shown.add(left.splice(below(left.length), 1)[0] ?? '');
          const target = { place: partOf(set.place, shown), team: TEAM };
          const batchRows = below(3) === 0 ? 1000 : 1_000_000;
          const news = await fetchNews(target, await knownPushes(store, TEAM.id), root);
          expect(news.refused).toEqual([]);
          await foldNews(store, news, { now: new Date('2026-12-02T00:00:00Z'), batchRows });
          if (below(3) === 0) {
            const again = await fetchNews(target, await knownPushes(store, TEAM.id), root);
            expect(again.pushes).toEqual([]);
          }
        }
        expect({ set: number, order, ...(await found(store)) }).toEqual({ set: number, order, ...want });
        folded++;
      }
      rmSync(root, { recursive: true });
    }
    expect(folded).toBe(ROUNDS * ORDERS);
  });
});
