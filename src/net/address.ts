import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** The user and password of an address, decoded. */
export interface Login {
  user: string;
  password: string;
}

/** An address has a % that begins no escape (RFC 3986, 2.1): nobody can say which password it means. */
export class BadEscape extends Error {
  constructor() {
    super('its user or password has a % that is no escape; write %25 for a percent sign');
  }
}

/** The user and password of an address, or undefined where it has none. Throws BadEscape, whose text repeats neither. */
export function loginOf(url: URL): Login | undefined {
  if (url.username === '' && url.password === '') return undefined;
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch (cause) {
    if (cause instanceof URIError) throw new BadEscape();
    throw cause;
  }
}

const SECRET_NAME = /key|token|secret|sig|pass|auth|cred|code|session/i;
/** A value as long and mixed as this is a secret under any name. */
const SECRET_VALUE = /^(?=.*\d)(?=.*[A-Za-z])[\w+/=.~-]{20,}$/;

/** The address as it may be shown and stored: without user and password, and without secrets in its query. */
export function shownAddress(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  for (const [name, value] of [...url.searchParams]) {
    if (value !== '' && (SECRET_NAME.test(name) || SECRET_VALUE.test(value))) url.searchParams.set(name, '***');
  }
  return url.href;
}

/** Whether the address leads to this very machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** Addresses that the internet does not route to: https://www.iana.org/assignments/iana-ipv4-special-registry, …-ipv6-special-registry */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}

/** Whether the host of an address, or one of the addresses that its name stands for, is on this machine or in a private network. */
export async function isPrivateHost({ hostname }: URL): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return isPrivateAddress(host);
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  try {
    const addresses = await lookup(host, { all: true });
    return addresses.some(({ address }) => isPrivateAddress(address));
  } catch (error) {
    // A name that cannot be looked up leads nowhere; behind a proxy it is the proxy that looks it up.
    if (error instanceof Error && 'syscall' in error) return false;
    throw error;
  }
}

function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return PRIVATE.check(mapped, 'ipv4');
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
