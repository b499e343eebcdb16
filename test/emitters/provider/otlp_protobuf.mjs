/**
 * OTLP's protobuf as OTLP's JSON: https://github.com/open-telemetry/opentelemetry-proto. Ids become hexadecimal, 64-bit
 * numbers text, as https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding says.
 */

/** Messages by field number: name and kind; a kind in brackets may be there often; an object kind is a message. */
const Value = {};
const KeyValue = { 1: ['key', 'text'], 2: ['value', Value] };
Object.assign(Value, {
  1: ['stringValue', 'text'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int'],
  4: ['doubleValue', 'double'],
  5: ['arrayValue', { 1: ['values', [Value]] }],
  6: ['kvlistValue', { 1: ['values', [KeyValue]] }],
  7: ['bytesValue', 'base64'],
});
const attributes = ['attributes', [KeyValue]];
const Resource = { 1: attributes };
const Scope = { 1: ['name', 'text'], 2: ['version', 'text'], 3: attributes };
const Span = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  3: ['traceState', 'text'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'text'],
  6: ['kind', 'enum'],
  7: ['startTimeUnixNano', 'fixed'],
  8: ['endTimeUnixNano', 'fixed'],
  9: attributes,
  11: ['events', [{ 1: ['timeUnixNano', 'fixed'], 2: ['name', 'text'], 3: attributes }]],
  13: ['links', [{ 1: ['traceId', 'hex'], 2: ['spanId', 'hex'], 4: attributes }]],
  15: ['status', { 2: ['message', 'text'], 3: ['code', 'enum'] }],
};
const LogRecord = {
  1: ['timeUnixNano', 'fixed'],
  2: ['severityNumber', 'enum'],
  3: ['severityText', 'text'],
  5: ['body', Value],
  6: attributes,
  9: ['traceId', 'hex'],
  10: ['spanId', 'hex'],
  11: ['observedTimeUnixNano', 'fixed'],
  12: ['eventName', 'text'],
};
const within = (scopes, records, record) => ({
  1: ['resource', Resource],
  2: [scopes, [{ 1: ['scope', Scope], 2: [records, [record]], 3: ['schemaUrl', 'text'] }]],
  3: ['schemaUrl', 'text'],
});
const SIGNALS = {
  traces: { 1: ['resourceSpans', [within('scopeSpans', 'spans', Span)]] },
  logs: { 1: ['resourceLogs', [within('scopeLogs', 'logRecords', LogRecord)]] },
};

/** `signal` is traces or logs. */
export function decodeOtlp(signal, bytes) {
  return decodeMessage(SIGNALS[signal], bytes);
}

function decodeMessage(fields, bytes) {
  const message = {};
  for (const { number, value } of readFields(bytes)) {
    const field = fields[number];
    if (field === undefined) continue;
    const [name, kind] = field;
    if (Array.isArray(kind)) message[name] = [...(message[name] ?? []), decodeValue(kind[0], value)];
    else message[name] = decodeValue(kind, value);
  }
  return message;
}

function decodeValue(kind, value) {
  switch (kind) {
    case 'text':
      return value.toString('utf8');
    case 'hex':
    case 'base64':
      return value.toString(kind);
    case 'bool':
      return value !== 0n;
    case 'int':
      return String(BigInt.asIntN(64, value));
    case 'enum':
      return Number(value);
    case 'fixed':
      return String(value.readBigUInt64LE());
    case 'double':
      return value.readDoubleLE();
    default:
      return decodeMessage(kind, value);
  }
}

/** The fields of a message: a bigint for numbers of variable length, bytes for all others. */
function* readFields(bytes) {
  let at = 0;
  const readVarint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(readVarint());
    const wire = tag & 7;
    if (wire === 0) {
      yield { number: tag >> 3, value: readVarint() };
      continue;
    }
    const length = wire === 1 ? 8 : wire === 5 ? 4 : Number(readVarint());
    yield { number: tag >> 3, value: bytes.subarray(at, at + length) };
    at += length;
  }
}
