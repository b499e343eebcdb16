/**
 * Takes what clients post beside their calls: telemetry in OTLP, as JSON or protobuf, and what the SDKs of Langfuse,
 * LangSmith, Braintrust and Genkit send to their services. All of it becomes lines of files in a folder.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeOtlp } from './otlp_protobuf.mjs';

const ok = (answer = {}, status = 200) => ({ answer, status });

/** Writes it down and says what to answer; undefined if the path is none of these. */
export function collect(folder, path, bytes, headers) {
  const write = (file, value) => appendFileSync(join(folder, file), `${JSON.stringify(value)}\n`);
  const json = () => JSON.parse(bytes.toString());
  const signal = /\/v1\/(traces|logs|metrics)$/.exec(path)?.[1];
  if (signal !== undefined) {
    const isJson = String(headers['content-type']).includes('json');
    if (isJson) write(`otlp-${signal}.jsonl`, json());
    else if (signal !== 'metrics') write(`otlp-${signal}.jsonl`, decodeOtlp(signal, bytes));
    return ok();
  }
  if (path.endsWith('/api/public/ingestion')) {
    write('langfuse-ingestion.jsonl', json());
    const successes = json().batch.map(({ id }) => ({ id, status: 201 }));
    return ok({ successes, errors: [] }, 207);
  }
  if (path.endsWith('/runs/batch')) {
    for (const run of [...(json().post ?? []), ...(json().patch ?? [])]) write('langsmith-posts.jsonl', run);
    return ok({}, 202);
  }
  if (/\/runs(\/[0-9a-f-]{36})?$/.test(path)) {
    write('langsmith-posts.jsonl', { ...(path.endsWith('/runs') ? {} : { id: path.split('/').at(-1) }), ...json() });
    return ok({}, 202);
  }
  if (path.endsWith('/logs3')) {
    for (const row of json().rows) write('braintrust-posts.jsonl', row);
    return ok({ ids: [] });
  }
  if (path.endsWith('/api/traces')) {
    write('genkit-posts.jsonl', json());
    return ok();
  }
  if (/\/api\/(apikey\/login|project\/register)$/.test(path)) {
    return ok({
      org_info: [
        { id: 'o', name: 'shop', api_url: `http://${headers.host}`, git_metadata: null, is_universal_api: null },
      ],
      project: { id: 'p', name: 'shop', org_id: 'o' },
      org_id: 'o',
    });
  }
  if (path.endsWith('/v1/project')) return ok({ id: 'p', name: 'shop', org_id: 'o' });
  return undefined;
}
