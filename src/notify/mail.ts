import { createTransport } from 'nodemailer';
import { BadEscape, type Login, loginOf } from '../net/address.js';
import type { Message } from './message.js';

const TIMEOUT_MS = 10_000;

/**
 * Sends a message by SMTP (smtp://USER:PASSWORD@HOST:PORT or smtps://…); resolves to what went wrong, in words, or undefined.
 * A password is sent over an encrypted connection only, unless the address ends in ?tls=optional.
 */
export async function mailed(
  address: string,
  { subject, lines }: Message,
  { from, to }: { from: string; to: readonly string[] },
): Promise<string | undefined> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol)) return 'it is no address smtp://HOST:PORT';
  let login: Login | undefined;
  try {
    login = loginOf(url);
  } catch (error) {
    if (error instanceof BadEscape) return error.message;
    throw error;
  }
  const secure = url.protocol === 'smtps:';
  const transport = createTransport({
    host: url.hostname,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
    requireTLS: login !== undefined && url.searchParams.get('tls') !== 'optional',
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  try {
    await transport.sendMail({ from, to: [...to], subject, text: `${lines.join('\n')}\n` });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // What the server says may repeat the login; its code does not.
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    const status = 'responseCode' in error && typeof error.responseCode === 'number' ? ` ${error.responseCode}` : '';
    return `the mail was not taken (${code}${status})`;
  } finally {
    transport.close();
  }
}
