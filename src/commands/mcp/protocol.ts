/*
 * JSON-RPC 2.0 as the Model Context Protocol uses it between a client and a server that only has tools:
 * https://modelcontextprotocol.io/specification/2025-06-18/basic and /server/tools. docs/decisions/questions.md says why it is our own.
 */

/** The newest version first; the answer to any other is the newest. */
export const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

type Id = string | number;

/** What a client sends: a request has an id and wants an answer, a notification has none. */
interface Message {
  id: Id | undefined;
  method: string;
  params: Readonly<Record<string, unknown>>;
}

/** A tool as it is listed. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  inputSchema: { type: 'object'; properties: Record<string, object>; required?: string[]; additionalProperties: false };
  annotations: { readOnlyHint: true; openWorldHint: false };
}

/** What a tool answers: text, and the same as an object; `isError` with what went wrong and what to do. */
export interface ToolResult {
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
}

/** What the server offers. */
export interface Server {
  version: string;
  instructions: string;
  tools: readonly Tool[];
  call: (name: string, input: Readonly<Record<string, unknown>>) => Promise<ToolResult>;
}

/** An answer to a request that is wrong by itself; https://www.jsonrpc.org/specification#error_object */
class ProtocolError extends Error {
  constructor(
    readonly code: -32700 | -32600 | -32601 | -32602,
    message: string,
  ) {
    super(message);
  }
}

/** The line that answers a line of the client; undefined where none is wanted. */
export async function answerLine(line: string, server: Server): Promise<string | undefined> {
  let id: Id | null = null;
  try {
    const message = messageOf(line);
    if (message === undefined) return undefined;
    if (message.id === undefined) return undefined;
    id = message.id;
    return JSON.stringify({ jsonrpc: '2.0', id, result: await resultOf(message, server) });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return JSON.stringify({ jsonrpc: '2.0', id, error: { code: error.code, message: error.message } });
  }
}

/** A line as a message; undefined for an answer, which a server that asks nothing has no use for. */
function messageOf(line: string): Message | undefined {
  const value = parsed(line);
  if (!isObject(value) || value.jsonrpc !== '2.0') throw new ProtocolError(-32600, 'This is no JSON-RPC 2.0 message.');
  const { id, method, params = {} } = value;
  if (typeof method !== 'string') {
    if ('result' in value || 'error' in value) return undefined;
    throw new ProtocolError(-32600, 'The message has no method.');
  }
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') {
    throw new ProtocolError(-32600, 'An id is a text or a number.');
  }
  if (!isObject(params)) throw new ProtocolError(-32602, 'params must be an object.');
  return { id, method, params };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ProtocolError(-32700, 'This is not JSON.');
    throw error;
  }
}

async function resultOf({ method, params }: Message, server: Server): Promise<object> {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: VERSIONS.find((one) => one === params.protocolVersion) ?? VERSIONS[0],
        capabilities: { tools: {} },
        serverInfo: { name: 'llmcost', version: server.version },
        instructions: server.instructions,
      };
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: server.tools };
    case 'tools/call':
      return called(params, server);
    default:
      throw new ProtocolError(-32601, `There is no method '${method}'.`);
  }
}

async function called({ name, arguments: input = {} }: Message['params'], server: Server): Promise<ToolResult> {
  if (typeof name !== 'string' || !server.tools.some((tool) => tool.name === name)) {
    const known = server.tools.map((tool) => tool.name).join(', ');
    throw new ProtocolError(-32602, `There is no tool '${String(name)}'. There are: ${known}.`);
  }
  if (!isObject(input)) throw new ProtocolError(-32602, 'arguments must be an object.');
  return server.call(name, input);
}

/** Whether it is an object with keys. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
