/**
 * What is asked for, whatever the API: which model, streamed or not, which tool the answer shall call, which text it shall
 * have, and whether it shall fail. Words in the last message of the user steer that: `fail:429` and `use the tool`.
 */

/** All texts below a value, in their order. */
function textsOf(value) {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (value === null || typeof value !== 'object') return [];
  return textsOf(value.text ?? value.content ?? value.parts ?? []);
}

function turnsOf(body) {
  const turns = [body.messages ?? body.input ?? body.contents ?? body.message ?? []].flat();
  return turns.map((turn) => (typeof turn === 'string' ? { role: 'user', content: turn } : turn));
}

const isToolResult = (turn) =>
  turn.role === 'tool' ||
  turn.type === 'function_call_output' ||
  [turn.content ?? turn.parts ?? []]
    .flat()
    .some((part) => part?.type === 'tool_result' || part?.toolResult || part?.functionResponse);

/** Tools that are offered, as name and JSON Schema of their arguments, in all spellings of the APIs. */
function toolsOf(body) {
  const tools = [body.tools ?? body.toolConfig?.tools ?? []].flat();
  return tools
    .flatMap((tool) => tool.functionDeclarations ?? tool.function ?? tool.toolSpec ?? tool)
    .filter((tool) => typeof tool.name === 'string')
    .map((tool) => ({
      name: tool.name,
      schema: tool.parameters ?? tool.input_schema ?? tool.inputSchema?.json ?? tool.parametersJsonSchema ?? {},
    }));
}

/** A value that a JSON Schema accepts. */
export function sampleOf(schema = {}, root = schema) {
  if (schema.$ref)
    return sampleOf(
      schema.$ref
        .slice(2)
        .split('/')
        .reduce((at, key) => at[key], root),
      root,
    );
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const some = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (some) return sampleOf(some[0], root);
  switch (String([schema.type].flat()[0] ?? 'object').toLowerCase()) {
    case 'string':
      return 'Oslo';
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return [];
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, part]) => [key, sampleOf(part, root)]),
      );
  }
}

/** Tools with which agents end their work; an answer without them would never end it. */
const ENDS = /^(final_answer|attempt_completion|finish|final_result|submit)$/;

/** `tool` (name and arguments) or `text`, and `status` where it shall fail. */
export function readRequest(body) {
  const turns = turnsOf(body);
  const last = turns.findLastIndex((turn) => (turn.role ?? 'user') === 'user' && !isToolResult(turn));
  const words = textsOf(turns[last]?.content ?? turns[last]?.parts ?? turns[last] ?? '').join('\n');
  const answered = turns.slice(last + 1).some(isToolResult) || isToolResult(turns.at(-1) ?? {});
  const tools = toolsOf(body);
  const forced = body.tool_choice?.function?.name ?? body.tool_choice?.name ?? body.toolConfig?.toolChoice?.tool?.name;
  const required = body.tool_choice === 'required' || body.tool_choice?.type === 'any';
  const tool =
    tools.find(({ name }) => name === forced) ??
    tools.find(({ name }) => ENDS.test(name)) ??
    (!answered && (required || /use the tool/i.test(words)) ? tools[0] : undefined);
  return {
    status: Number(/fail:(\d{3})/.exec(words)?.[1] ?? 200),
    ...(tool === undefined ? {} : { tool: { name: tool.name, input: sampleOf(tool.schema) } }),
    text: answerText(body, words),
  };
}

/** Most get a sentence; who asks for a form (a JSON Schema, DSPy's headed fields) gets that. */
function answerText(body, words) {
  const format = body.response_format?.json_schema?.schema ?? body.text?.format?.schema;
  const gemini = body.generationConfig?.responseSchema ?? body.generationConfig?.responseJsonSchema;
  if (format ?? gemini) return JSON.stringify(sampleOf(format ?? gemini));
  if (/\[\[ ## answer ## \]\]/.test(words)) return '[[ ## answer ## ]]\nOslo\n\n[[ ## completed ## ]]';
  return 'It is sunny in Oslo.';
}
