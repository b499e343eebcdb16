import type {
  PushAnswer,
  RefusedPush,
  SyncAnswer,
  SyncedPlace,
  TeamCheck,
  TeamCompaction,
  TeamRemoval,
  TeamStatus,
} from '../../team/answer.js';
import { columnsOf, type Document, NONE, type TableSection } from '../document.js';
import { counted, formatCount } from '../text/number.js';

function document(json: object, head: readonly string[], more: Partial<Document> = {}): Document {
  return { json, head, body: [], notes: [], ...more };
}

function short(id: string): string {
  return id.slice(0, 12);
}

/** What was pushed, in a sentence or two. */
export function pushDocument(answer: PushAnswer): Document {
  const { place, machine, push_id, rows, imports, packs, bytes, replaces, left_here, dry_run } = answer;
  const as = machine === null ? '' : ` as ${machine}`;
  const what = `${counted(rows, 'row')} of ${counted(imports, 'import')} (${counted(packs, 'pack')}, ${size(bytes)})`;
  const nothing = push_id === null && !dry_run;
  const head =
    nothing || (imports === 0 && replaces.length === 0)
      ? [`Nothing to push: ${place} has all that this database read.`]
      : [
          `${dry_run ? 'Would push' : 'Pushed'} ${what} to ${place}${as}${push_id === null ? '' : `: push ${short(push_id)}`}.`,
        ];
  if (replaces.length > 0)
    head.push(`${dry_run ? 'Would take' : 'It takes'} the place of ${replaces.map(short).join(', ')}.`);
  const notes =
    left_here > 0
      ? [`${counted(left_here, 'row')} of bills and revenue stay on this machine: a team shares usage only.`]
      : [];
  return document(answer, head, { notes });
}

function size(bytes: number): string {
  return bytes < 1_000_000
    ? `${formatCount(Math.ceil(bytes / 1000))} kB`
    : `${formatCount(Math.round(bytes / 1_000_000))} MB`;
}

/** What was taken in from each place. */
export function syncDocument(answer: SyncAnswer): Document {
  const head = answer.places.map((place) => placeSentence(place, answer.dry_run));
  return document(answer, head, { notes: answer.places.flatMap(placeNotes) });
}

function placeSentence(synced: SyncedPlace, dryRun: boolean): string {
  const { place, pushes, machines, rows, imported, updated, duplicates, removed, unpriced } = synced;
  if (pushes === 0 && removed === 0) return `${place}: nothing new.`;
  const took = dryRun ? 'would take in' : 'took in';
  const parts = [
    counted(imported, 'new call'),
    ...(updated > 0 ? [`${formatCount(updated)} better than before`] : []),
    ...(duplicates > 0 ? [`${formatCount(duplicates)} known`] : []),
  ];
  const from = machines.length === 0 ? '' : ` of ${machines.join(', ')}`;
  const price = unpriced > 0 ? `, ${formatCount(unpriced)} without a price` : '';
  const gone =
    removed > 0 ? ` ${counted(removed, 'push', 'pushes')} ${dryRun ? 'would be' : 'was'} taken out again.` : '';
  const brought =
    pushes === 0
      ? `${place}:`
      : `${place}: ${took} ${counted(pushes, 'push', 'pushes')}${from}: ${counted(rows, 'row')} = ${parts.join(' + ')}${price}.`;
  return `${brought}${gone}`;
}

function placeNotes({ place, incomplete, refused, own_removed, reopened }: SyncedPlace): string[] {
  return [
    ...refused.map(refusedSentence),
    ...(incomplete.length > 0
      ? [
          `${counted(incomplete.length, 'push', 'pushes')} in ${place} ${incomplete.length === 1 ? 'is' : 'are'} not complete yet (${[...new Set(incomplete.map(({ machine }) => machine ?? NONE))].join(', ')}); the next sync looks again.`,
        ]
      : []),
    ...own_removed.map(
      ({ push_id, imports }) =>
        `Push ${short(push_id)} of this database was taken back by the team; its usage is still here (llmcost imports remove ${imports.join(' ')}).`,
    ),
    ...(reopened.length > 0
      ? [
          `These files of this machine had left calls to a push that was taken back; import them again, and push, to have all of them back: ${reopened.join(', ')}.`,
        ]
      : []),
  ];
}

function refusedSentence({ push_id, machine, reason }: RefusedPush): string {
  return `push ${short(push_id)}${machine === null ? '' : ` of ${machine}`} was not taken in: ${reason}.`;
}

/** What a new place says, and what to write down where. */
export function initDocument(made: {
  place: string;
  made: boolean;
  team: { id: string; encrypted: boolean; hides: readonly string[] };
}): Document {
  const { place, team } = made;
  const bucket = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(place);
  const head = [
    made.made
      ? `${place} is now the place of a team.`
      : `${place} is the place of a team already; nothing was changed.`,
    'In llmcost.yaml, which the team shares:',
    '',
    'team:',
    `  place: ${place}`,
  ];
  const policies = bucket === null ? [] : policyLines(bucket[1] ?? '', bucket[2] ?? '');
  return document({ schema: 'llmcost.team-init/1', place, made: made.made, ...team }, [...head, ...policies]);
}

/** What machines that push, and those that read, need to be allowed. https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html */
function policyLines(bucket: string, prefix: string): string[] {
  const within = (path: string) => `arn:aws:s3:::${bucket}/${prefix === '' ? '' : `${prefix}/`}${path}`;
  const policy = (statements: object[]) =>
    JSON.stringify(
      { Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) },
      null,
      2,
    ).split('\n');
  const list = { Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${bucket}`] };
  return [
    '',
    'Who only pushes (laptops, CI) is allowed:',
    ...policy([
      { Action: ['s3:GetObject'], Resource: [within('llmcost-team.json')] },
      { Action: ['s3:PutObject'], Resource: [within('packs/*'), within('manifests/*')] },
    ]),
    '',
    'Who reads is allowed besides:',
    ...policy([{ Action: ['s3:GetObject'], Resource: [within('*')] }, list]),
  ];
}

/** The machines of a team, what was taken back, and how far this database is behind. */
export function statusDocument(answer: TeamStatus): Document {
  const { place, machines, pushes, removed, behind, to_push, refused } = answer;
  const table: TableSection = {
    type: 'table',
    title: 'Machines',
    table: {
      columns: columnsOf('machine', ['pushes', 'right'], ['rows', 'right'], 'last push'),
      rows: machines.map((one) => [
        one.machine ?? NONE,
        formatCount(one.pushes),
        formatCount(one.rows),
        minute(one.last_push),
      ]),
      footer: [],
    },
  };
  const back: TableSection = {
    type: 'table',
    title: 'Taken back',
    table: {
      columns: columnsOf('push', 'machine', ['rows', 'right'], 'taken back by', 'of'),
      rows: removed.map((one) => [
        short(one.push_id),
        one.machine ?? NONE,
        formatCount(one.rows),
        short(one.removed_by),
        one.by_machine ?? NONE,
      ]),
      footer: [],
    },
  };
  const head = [
    `${place}: ${counted(pushes.length, 'push', 'pushes')} of ${counted(machines.length, 'machine')}.`,
    ...(behind === null
      ? []
      : [
          behind === 0
            ? 'This database has all of them.'
            : `This database lacks ${counted(behind, 'push', 'pushes')}: llmcost sync`,
        ]),
    ...(to_push === null || to_push === 0
      ? []
      : [`${counted(to_push, 'import')} of this machine to push: llmcost push`]),
  ];
  return document(answer, head, {
    body: [...(machines.length > 0 ? [table] : []), ...(removed.length > 0 ? [back] : [])],
    notes: refused.map(refusedSentence),
  });
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** What was taken back, and what of it others still have. */
export function removalDocument(answer: TeamRemoval): Document {
  const { place, removed, still } = answer;
  const head = removed.map(
    ({ push_id, machine, rows }) =>
      `Took back push ${short(push_id)}${machine === null ? '' : ` of ${machine}`} (${counted(rows, 'row')}) from ${place}; llmcost sync takes it out of a database.`,
  );
  const notes = still.map(
    ({ push_id, machine }) =>
      `the same usage is still live in push ${short(push_id)} of ${machine ?? NONE}: llmcost team remove ${short(push_id)}`,
  );
  return document(answer, head, { notes });
}

/** Whether a place is whole. */
export function checkDocument(answer: TeamCheck): Document {
  const { place, pushes, packs, rows, incomplete, refused } = answer;
  const bad = refused.length + incomplete.length;
  const head = [
    `${place}: ${counted(pushes, 'push', 'pushes')}, ${counted(packs, 'pack')}, ${counted(rows, 'row')}; ${bad === 0 ? 'all is as the manifests say.' : `${bad} not as it should be.`}`,
  ];
  return document(answer, head, {
    notes: [
      ...refused.map(refusedSentence),
      ...incomplete.map(({ push_id, machine }) => `push ${short(push_id)} of ${machine ?? NONE} is not complete yet.`),
    ],
  });
}

/** What was put together. */
export function compactionDocument(answer: TeamCompaction): Document {
  const { place, dry_run, pushes, rows, packs, bytes, deleted } = answer;
  const verb = dry_run ? 'Would put' : 'Put';
  const head = [
    pushes === 0
      ? `${place}: nothing to put together.`
      : `${verb} ${counted(pushes, 'push', 'pushes')} of ${place} (${counted(rows, 'row')}) into ${counted(packs, 'pack')} of ${size(bytes)}.`,
    ...(deleted > 0
      ? [`${dry_run ? 'Would delete' : 'Deleted'} ${counted(deleted, 'file')} that nothing needs any more.`]
      : []),
  ];
  return document(answer, head);
}
