import { createReadStream } from 'node:fs';
import { createGzip } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { withServer } from '../rate/price_server.js';
import { emptyWorld } from '../rate/refresh_world.js';
import { realFile } from './real_files.js';

/** The newest list that the bundled book was made of. */
const LIST = realFile('pricing-sources/newer/litellm-model_prices-2026-11-20.json');

describe.skipIf(!LIST.present)(`a real price list over the network (SKIPPED when ${LIST.path} is absent)`, () => {
  test('the list the bundled book was made of changes no price of it', async () => {
    await withServer(
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        createReadStream(LIST.path).pipe(createGzip()).pipe(response);
      },
      async ({ origin }) => {
        const { code, out, err } = await emptyWorld().refresh(['--source', 'litellm', '--format', 'json'], {
          LLMCOST_PRICES_URL_LITELLM: `${origin}/litellm`,
        });
        expect([code, err]).toEqual([0, '']);
        const { lists } = JSON.parse(out);
        const counts = lists.map(({ source, rates }: { source: string; rates: Record<string, number> }) => ({
          source,
          changed: rates.changed,
          corrected: rates.corrected,
          withdrawn: rates.withdrawn,
        }));
        const nothing = { changed: 0, corrected: 0, withdrawn: 0 };
        expect(counts).toEqual([{ source: 'litellm', ...nothing }]);
        expect(lists[0].rates.unchanged).toBeGreaterThan(5000);
      },
    );
  });
});
