import { createReadStream } from 'node:fs';
import { createGzip } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { withServer } from '../rate/price_server.js';
import { emptyWorld } from '../rate/refresh_world.js';
import { realFile } from './real_files.js';

const LISTS = {
  litellm: realFile('pricing-sources/litellm-model_prices-2026-08-01.json'),
  'genai-prices': realFile('pricing-sources/genai-prices-npm-0.1.8-providers-2026-09-23.json'),
};
const present = Object.values(LISTS).every((file) => file.present);

describe.skipIf(!present)(`real price lists over the network (SKIPPED when ${LISTS.litellm.path} is absent)`, () => {
  test('the lists the bundled book was made of change no price of it', async () => {
    await withServer(
      (request, response) => {
        const path = request.url === '/litellm' ? LISTS.litellm.path : LISTS['genai-prices'].path;
        response.writeHead(200, { 'content-encoding': 'gzip' });
        createReadStream(path).pipe(createGzip()).pipe(response);
      },
      async ({ origin }) => {
        const { code, out, err } = await emptyWorld().refresh(
          ['--source', 'litellm,genai-prices', '--format', 'json'],
          {
            LLMCOST_PRICES_URL_LITELLM: `${origin}/litellm`,
            LLMCOST_PRICES_URL_GENAI_PRICES: `${origin}/genai`,
          },
        );
        expect([code, err]).toEqual([0, '']);
        const { lists } = JSON.parse(out);
        const counts = lists.map(({ source, rates }: { source: string; rates: Record<string, number> }) => ({
          source,
          changed: rates.changed,
          corrected: rates.corrected,
          withdrawn: rates.withdrawn,
        }));
        const nothing = { changed: 0, corrected: 0, withdrawn: 0 };
        expect(counts).toEqual([
          { source: 'litellm', ...nothing },
          { source: 'genai-prices', ...nothing },
        ]);
        expect(lists[0].rates.unchanged).toBeGreaterThan(5000);
      },
    );
  });
});
