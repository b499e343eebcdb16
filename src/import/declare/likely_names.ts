/** How the fields of ours are called elsewhere, in the order in which they are looked for. */
export const NAMES: readonly [column: string, name: RegExp][] = [
  ['cache_write_tokens', /cache.*(writ|creat)/],
  [
    'uncached_input_tokens',
    /(un|non|not|without)[^a-z]*cache.*(tok|input|prompt)|(tok|input|prompt).*(un|non|not|without)[^a-z]*cache/,
  ],
  ['cache_read_tokens', /^(?!.*(un|non|not|without)[^a-z]*cache).*cache/],
  ['reasoning_tokens', /(reason|thought|thinking).*tok|tok.*(reason|thought|thinking)/],
  [
    'input_tokens',
    /(prompt|input|^in|_in)[^a-z]*(tok|count)|request[^a-z]*tok|tok[a-z]*[^a-z]*(prompt|input|in$|in[^a-z])|^(tokens?_)?(in|input|prompt|eingabe)$/,
  ],
  [
    'output_tokens',
    /(completion|output|response|generated|^out|_out)[^a-z]*(tok|count)|tok[a-z]*[^a-z]*(completion|output|out$|out[^a-z]|generated)|^(tokens?_)?(out|output|completion|ausgabe)$/,
  ],
  ['model', /(^|[^a-z])(model|mdl|modell|deployment|engine)([^a-z]*(name|id))?$/],
  ['provider', /provider|vendor/],
  ['ttft_ms', /ttft|first.?token/],
  ['latency_ms', /latency|duration|elapsed|response.?time|dauer/],
  [
    'timestamp',
    /^(.*[^a-z])?(timestamp|time|datetime|date|day|ts|when|at|created|started|start|zeit|zeitpunkt|datum)([^a-z]?(at|time|utc))?$/,
  ],
  ['billed_cost', /cost|price|spend|amount|kosten/],
  ['customer', /customer|tenant|client|account|organi[sz]ation|company|mandant|kunde/],
  ['feature', /feature|use.?case|workflow/],
  ['environment', /^(.*[^a-z])?env(ironment)?$|stage/],
  ['session_id', /session|conversation|thread/],
  ['trace_id', /trace/],
  ['user_id', /user|benutzer/],
  ['request_id', /^(.*[^a-z])?((request|call|response|generation)[^a-z]?)?id$/],
  ['http_status', /http.?(status|code)|status.?code/],
  ['tag:team', /team|department|abteilung/],
];

/** Columns that name somebody or something: a number of them is none. */
const LABELS = new Set([
  'model',
  'provider',
  'customer',
  'feature',
  'environment',
  'session_id',
  'trace_id',
  'user_id',
  'request_id',
  'tag:team',
]);
const COUNT = /(^|[^a-z])(count|counts|number|num|nr|n|total|sum|avg|average|mean|max|min|messages|anzahl)($|[^a-z])/;

/** Whether a header or path most likely holds a column of ours; a name that says otherwise (uncached, a count of users) does not. */
export function guessOf(column: string, path: string): boolean {
  const name = path.toLowerCase().replaceAll('"', '');
  const [first] = NAMES.find(([, pattern]) => pattern.test(name.split('.').at(-1) ?? name) || pattern.test(name)) ?? [];
  if (LABELS.has(column) && COUNT.test(name.split('.').at(-1) ?? name)) return false;
  return first === column;
}
