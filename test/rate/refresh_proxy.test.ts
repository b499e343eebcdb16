import { afterEach, expect, test, vi } from 'vitest';
import { withProxy, withServer } from './price_server.js';
import { litellm, MODELS, world } from './refresh_world.js';

const LINE =
  'litellm 2036-10-15: 3 models; rates: 0 new, 0 changed, 0 corrected, 0 withdrawn, 4 as before; 0 quarantined\n';
const OFFLINE = 'A list downloaded elsewhere needs no network: llmcost pricing refresh --from FILE';

afterEach(() => vi.unstubAllEnvs());

/** A server with the list, a proxy before it that answers tunnels with `tunnel`, and a book. */
async function behindProxy(
  tunnel: number,
  fn: (places: { server: string; proxy: string; asked: string[]; direct: string[] }) => Promise<void>,
): Promise<void> {
  await withServer(
    (_, response) => response.end(litellm(MODELS)),
    (server) =>
      withProxy({ target: server.origin, tunnel }, (proxy) =>
        fn({ server: server.origin, proxy: proxy.origin, asked: proxy.asked, direct: server.asked }),
      ),
  );
}

test('an unencrypted list through the proxy of the environment, with its password', () =>
  behindProxy(200, async ({ proxy, asked, direct }) => {
    const { refresh } = await world();
    const env = { HTTP_PROXY: proxy.replace('//', '//me:secret@') };
    const answer = await refresh(['--from', 'http://prices.example/l.json'], env);
    expect(answer).toMatchObject({ code: 0, out: LINE, err: '' });
    // base64 of me:secret
    expect(asked).toEqual(['GET http://prices.example/l.json, proxy-authorization: Basic bWU6c2VjcmV0']);
    expect(direct).toEqual(['GET /l.json']);
  }));

test('a proxy written without scheme; lower case comes first', () =>
  behindProxy(200, async ({ proxy, asked }) => {
    const { refresh } = await world();
    const env = { HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: proxy.replace('http://', '') };
    expect(await refresh(['--from', 'http://prices.example/l.json'], env)).toMatchObject({ out: LINE });
    expect(asked).toEqual(['GET http://prices.example/l.json']);
  }));

test('NO_PROXY names hosts that are asked directly', () =>
  behindProxy(200, async ({ server, proxy, asked, direct }) => {
    const { refresh } = await world();
    const env = { HTTP_PROXY: proxy, NO_PROXY: 'example.com, 127.0.0.1' };
    expect(await refresh(['--from', `${server}/l.json`], env)).toMatchObject({ code: 0, out: LINE, err: '' });
    expect([asked, direct]).toEqual([[], ['GET /l.json']]);
  }));

test('the environment is the one that is handed in, never that of the process', () =>
  behindProxy(200, async ({ server, asked }) => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
    const { refresh } = await world();
    expect(await refresh(['--from', `${server}/l.json`])).toMatchObject({ code: 0, out: LINE, err: '' });
    expect(asked).toEqual([]);
  }));

test('an encrypted list is asked for through a tunnel; a proxy that refuses it is named', () =>
  behindProxy(407, async ({ proxy, asked }) => {
    const { refresh, bookHash } = await world();
    const before = await bookHash();
    const env = { HTTPS_PROXY: proxy, LLMCOST_PRICES_URL_LITELLM: 'https://prices.example/l.json' };
    const answer = await refresh(['--source', 'litellm'], env);
    expect(answer).toEqual({
      code: 5,
      out: '',
      err: `warning: litellm was not refreshed: https://prices.example/l.json could not be fetched: the proxy answered 407 Proxy Authentication Required.
Check HTTPS_PROXY and HTTP_PROXY (http://USER:PASSWORD@HOST:PORT), or name the host in NO_PROXY. ${OFFLINE}
The prices of litellm are of 2036-10-01, 14 days old.
llmcost: The price list could not be used; the prices are those of before.
The reason stands above.
`,
      waits: [],
    });
    expect(asked).toEqual(['CONNECT prices.example:443']);
    expect(await bookHash()).toBe(before);
  }));

test('a proxy in trouble is asked again', () =>
  behindProxy(502, async ({ proxy, asked }) => {
    const { refresh } = await world();
    const answer = await refresh(['--from', 'https://prices.example/l.json'], { https_proxy: proxy });
    expect(answer.code).toBe(5);
    expect(answer.err).toContain(
      `https://prices.example/l.json could not be fetched in 4 tries: the proxy answered 502 Bad Gateway.\nTry again later. ${OFFLINE}\n`,
    );
    expect(asked).toHaveLength(4);
  }));
