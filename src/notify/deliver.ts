import type { NotifyTarget } from '../config/notify.js';
import type { Io } from '../io.js';
import { mailed } from './mail.js';
import { type Message, slackBody, webhookBody } from './message.js';
import { posted } from './webhook.js';

/** Sends a message to a target; resolves to what went wrong, in words without any secret, or undefined. */
export async function delivered(target: NotifyTarget, message: Message, io: Io): Promise<string | undefined> {
  const address = io.env[target.variable] ?? '';
  if (address === '') return `the variable ${target.variable} is not set`;
  switch (target.kind) {
    case 'slack':
      return posted(address, slackBody(message), io);
    case 'webhook':
      return posted(address, webhookBody(message), io);
    case 'smtp':
      return mailed(address, message, target);
    default:
      throw new Error(`no kind ${target.kind satisfies never}`);
  }
}
