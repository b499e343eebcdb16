import { afterEach, expect, test, vi } from 'vitest';
import { type Answering, withProxy, withTlsServer } from './price_server.js';
import { litellm, MODELS, world } from './refresh_world.js';
import { selfSigned } from './self_signed.js';

const OFFLINE = 'A list downloaded elsewhere needs no network: llmcost pricing refresh --from FILE';
const HOST = 'prices.example';
const LIST = `https://${HOST}/l.json`;

afterEach(() => vi.unstubAllEnvs());

/** prices.example with TLS, reached through the tunnel of a proxy; `trusted`: its certificate is taken for good. */
async function refreshed(answer: Answering, { trusted }: { trusted: boolean }) {
  if (trusted) vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  const { refresh } = await world();
  return withTlsServer(selfSigned(HOST), answer, (server) =>
    withProxy({ target: server.origin, tunnel: 200 }, async (proxy) => {
      const { code, out, err, waits } = await refresh(['--from', LIST], { HTTPS_PROXY: proxy.origin });
      return { code, out, err, waits, asked: server.asked, tunnels: proxy.asked };
    }),
  );
}

test('an encrypted list through the tunnel of a proxy', async () => {
  const answer = await refreshed((_, response) => response.end(litellm(MODELS)), { trusted: true });
  expect(answer).toEqual({
    code: 0,
    out: 'litellm 2036-10-15: 3 models; rates: 0 new, 0 changed, 0 corrected, 0 withdrawn, 4 as before; 0 quarantined\n',
    err: '',
    waits: [],
    asked: ['GET /l.json'],
    tunnels: [`CONNECT ${HOST}:443`],
  });
});

test('a certificate nobody vouches for is not believed, and not asked twice', async () => {
  const { code, err, waits, asked } = await refreshed((_, response) => response.end(litellm(MODELS)), {
    trusted: false,
  });
  expect([code, waits, asked]).toEqual([5, [], []]);
  expect(err).toContain(
    `warning: a list was not refreshed: ${LIST} shows a certificate that is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).
If your network reads along with a certificate of its own, name that: NODE_EXTRA_CA_CERTS=FILE llmcost pricing refresh. ${OFFLINE}
`,
  );
});

test('what is encrypted stays encrypted', async () => {
  const answer: Answering = (_, response) => response.writeHead(301, { location: `http://${HOST}/plain.json` }).end();
  const { code, err, asked } = await refreshed(answer, { trusted: true });
  expect([code, asked]).toEqual([5, ['GET /l.json']]);
  expect(err).toContain(
    `warning: a list was not refreshed: ${LIST} redirects to http://${HOST}/plain.json, which is not encrypted.\nGive the address it should lead to with --from URL. ${OFFLINE}\n`,
  );
});
