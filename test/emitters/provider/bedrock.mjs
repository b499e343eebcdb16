/**
 * Amazon Bedrock's Converse and ConverseStream:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html. Input tokens are those that no cache
 * read or wrote; the total has all.
 */
import { crc32 } from 'node:zlib';
import { sumCounts } from './counts.mjs';

const usageOf = (counts) => {
  const { written, answer, total } = sumCounts(counts);
  return {
    inputTokens: counts.uncached,
    outputTokens: answer,
    totalTokens: total,
    cacheReadInputTokens: counts.cache_read,
    cacheWriteInputTokens: written,
    cacheDetails: [
      { ttl: '5m', inputTokens: counts.cache_write_5m },
      { ttl: '1h', inputTokens: counts.cache_write_1h },
    ],
  };
};

export function converseAnswer({ asked, counts, id, streamed }) {
  const tool = asked.tool && { toolUseId: `tooluse_${id}`, name: asked.tool.name };
  const stopReason = tool ? 'tool_use' : 'end_turn';
  const usage = usageOf(counts);
  const metrics = { latencyMs: 20 };
  if (!streamed) {
    const content = [tool ? { toolUse: { ...tool, input: asked.tool.input } } : { text: asked.text }];
    return { json: { output: { message: { role: 'assistant', content } }, stopReason, usage, metrics } };
  }
  const events = [
    ['messageStart', { role: 'assistant' }],
    ...(tool ? [['contentBlockStart', { contentBlockIndex: 0, start: { toolUse: tool } }]] : []),
    [
      'contentBlockDelta',
      {
        contentBlockIndex: 0,
        delta: tool ? { toolUse: { input: JSON.stringify(asked.tool.input) } } : { text: asked.text },
      },
    ],
    ['contentBlockStop', { contentBlockIndex: 0 }],
    ['messageStop', { stopReason }],
    ['metadata', { usage, metrics }],
  ];
  return { told: true, frames: events.map(([name, data]) => encodeFrame(name, data)) };
}

/** InvokeModel of Claude: the answer of Messages, as it is or as chunks that hold an event each. */
export function invokeAnswer(answer) {
  if (answer.json) return answer;
  const bytes = (data) => Buffer.from(JSON.stringify(data)).toString('base64');
  return { told: true, frames: answer.events.map(({ data }) => encodeFrame('chunk', { bytes: bytes(data) })) };
}

/** One message of AWS's event stream: lengths, their checksum, headers, payload, checksum of it all. */
function encodeFrame(name, data) {
  const header = (key, value) =>
    Buffer.concat([Buffer.from([key.length]), Buffer.from(key), Buffer.from([7, 0, value.length]), Buffer.from(value)]);
  const headers = Buffer.concat([
    header(':event-type', name),
    header(':content-type', 'application/json'),
    header(':message-type', 'event'),
  ]);
  const payload = Buffer.from(JSON.stringify(data));
  const length = 16 + headers.length + payload.length;
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const sealed = (part) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(part));
    return Buffer.concat([part, sum]);
  };
  return sealed(Buffer.concat([sealed(prelude), headers, payload]));
}

export const bedrockFailure = () => ({ message: 'made to fail' });
