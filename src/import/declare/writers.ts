import { join, literal, type Sql, sql } from '../../sql.js';
import type { InputHolds, OutputHolds, WriterRule } from './counts.js';

/**
 * A program that writes usage down, by the name it gives itself (an instrumentation scope, a client), and how it counts.
 * Seen by running it against a provider whose counts are known; a new version may count otherwise, which the counts of
 * its rows then show.
 */
interface Writer {
  /** A glob over its name. */
  readonly name: string;
  /** The first version that counts so, and the first that does no more. */
  readonly from?: string;
  readonly before?: string;
  readonly input: InputHolds;
  readonly output: OutputHolds;
  /** Its total is a sum of its own: input and output, without a look at the cache. */
  readonly ownTotal?: true;
}

/** The first that fits counts. */
const WRITERS: readonly Writer[] = [
  { name: 'opentelemetry.instrumentation.botocore*', input: 'nothing', output: 'reasoning', ownTotal: true },
  { name: 'opentelemetry.instrumentation.genai.bedrock', input: 'nothing', output: 'reasoning', ownTotal: true },
  { name: 'opentelemetry.instrumentation.bedrock', input: 'nothing', output: 'reasoning', ownTotal: true },
  { name: '@traceloop/instrumentation-anthropic', input: 'nothing', output: 'reasoning', ownTotal: true },
  { name: '@traceloop/instrumentation-bedrock', input: 'nothing', output: 'reasoning', ownTotal: true },
  { name: 'com.anthropic.claude_code.events', input: 'nothing', output: 'reasoning' },
  { name: 'openlit.instrumentation.anthropic', input: 'nothing', output: 'reasoning', ownTotal: true },
  { name: 'openlit.instrumentation.bedrock', input: 'nothing', output: 'reasoning', ownTotal: true },
  // Gemini's thoughts stand beside the answer and are not in the total that it adds up.
  { name: 'openlit.instrumentation.google*', input: 'cache', output: 'nothing', ownTotal: true },
  { name: 'openlit.*', input: 'cache', output: 'reasoning', ownTotal: true },
  { name: 'opentelemetry.instrumentation.google_generativeai', input: 'cache', output: 'reasoning' },
  { name: 'opentelemetry.instrumentation.*', input: 'cache', output: 'reasoning' },
  { name: 'com.anthropic.sdk.python', from: '2', input: 'cache', output: 'reasoning' },
  { name: 'openinference.instrumentation.*', input: 'cache', output: 'reasoning' },
  { name: 'pydantic-ai*', input: 'cache', output: 'reasoning' },
  { name: 'logfire*', input: 'cache', output: 'reasoning' },
  { name: 'braintrust*', input: 'cache', output: 'reasoning' },
  // LiteLLM adds what Anthropic counts beside each other: first all of it, then without writes, then all of it again.
  { name: 'litellm', from: '1.65', before: '1.77', input: 'reads', output: 'reasoning' },
  { name: 'litellm', input: 'cache', output: 'reasoning' },
  { name: 'claude-code', input: 'nothing', output: 'reasoning' },
  { name: 'kimi-code', input: 'nothing', output: 'reasoning' },
];

/** What is known of a writer by its name and version, texts that may be null. */
export function writerRule(name: Sql, version: Sql = sql`cast(null as varchar)`): WriterRule {
  const told = (value: (writer: Writer) => Sql) =>
    sql`case ${join(
      WRITERS.map((writer) => sql`when ${matches(writer, name, version)} then ${value(writer)}`),
      '\n      ',
    )} end`;
  return {
    input: told(({ input }) => literal(input)),
    output: told(({ output }) => literal(output)),
    ownTotal: told(({ ownTotal }) => (ownTotal === true ? sql`true` : sql`false`)),
  };
}

function matches({ name: glob, from, before }: Writer, name: Sql, version: Sql): Sql {
  const named = glob.includes('*') ? sql`${name} glob ${literal(glob)}` : sql`${name} = ${literal(glob)}`;
  const tests = [
    named,
    ...(from === undefined ? [] : [sql`${numbersOf(version)} >= ${numbersOf(literal(from))}`]),
    ...(before === undefined ? [] : [sql`${numbersOf(version)} < ${numbersOf(literal(before))}`]),
  ];
  return join(tests, ' and ');
}

/** The numbers of a version as a list, which lists compare as versions do. */
function numbersOf(version: Sql): Sql {
  return sql`list_transform(regexp_extract_all(${version}, '[0-9]+'), lambda part: cast(part as bigint))`;
}
