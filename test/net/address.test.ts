import { expect, test } from 'vitest';
import { BadEscape, isPrivateHost, loginOf, shownAddress } from '../../src/net/address.js';

test('a login is decoded, and a percent sign that is no escape is put into words without the password', () => {
  expect(loginOf(new URL('https://u:p%40ss@example.com'))).toEqual({ user: 'u', password: 'p@ss' });
  expect(loginOf(new URL('https://example.com'))).toBeUndefined();
  for (const address of ['http://u:pa%ss@example.com', 'http://%zz@example.com', 'http://u:%e0%a4@example.com']) {
    expect(() => loginOf(new URL(address))).toThrow(BadEscape);
  }
});

test('an address is shown without login and without secrets in its query', () => {
  expect(shownAddress('https://u:p@example.com/a.json?token=abc&page=2')).toBe(
    'https://example.com/a.json?token=***&page=2',
  );
  expect(shownAddress('https://example.com/?X-Amz-Signature=00ff&x-api-key=1&since=2026-11-01')).toBe(
    'https://example.com/?X-Amz-Signature=***&x-api-key=***&since=2026-11-01',
  );
  expect(shownAddress('https://example.com/?q=glpat-AbCdEfGhIjKl1234567')).toBe('https://example.com/?q=***');
});

test.each([
  ['http://127.0.0.1/', true],
  ['http://[::1]/', true],
  ['http://localhost:8080/', true],
  ['http://10.1.2.3/', true],
  ['http://172.31.0.1/', true],
  ['http://172.32.0.1/', false],
  ['http://192.168.1.1/', true],
  ['http://169.254.169.254/latest/meta-data', true],
  ['http://100.64.0.1/', true],
  ['http://0x7f000001/', true],
  ['http://[fe80::1]/', true],
  ['http://[fd00::1]/', true],
  ['http://[::ffff:10.0.0.1]/', true],
  ['http://8.8.8.8/', false],
  ['http://[2606:4700::1111]/', false],
])('%s is private: %s', async (address, expected) => {
  expect(await isPrivateHost(new URL(address))).toBe(expected);
});
