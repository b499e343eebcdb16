import type { NotifyTarget } from '../config/notify.js';
import type { Io } from '../io.js';
import { mailed } from './mail.js';
import { type Message, slackBody, webhookBody } from './message.js';
import { posted } from './webhook.js';

/** Milliseconds for all targets of one check together: a gate waits no longer, however many webhooks hang. */
export const NOTIFY_MS = 30_000;

/** Sends a message to a target until the signal comes; resolves to what went wrong, in words without any secret, or undefined. */
export async function delivered(
  target: NotifyTarget,
  message: Message,
  io: Io,
  signal: AbortSignal,
): Promise<string | undefined> {
  const address = io.env[target.variable] ?? '';
  if (signal.aborted) return 'the time for notifications was over';
  if (address === '') return `the variable ${target.variable} is not set`;
  switch (target.kind) {
    case 'slack':
      return posted(address, slackBody(message), io, signal);
    case 'webhook':
      return posted(address, webhookBody(message), io, signal);
    case 'smtp':
      return mailed(address, message, target);
    default:
      throw new Error(`no kind ${target.kind satisfies never}`);
  }
}
