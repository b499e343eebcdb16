import type { BudgetRow } from '../query/budget/check.js';

/** What is sent: a subject, the lines, and the rows they are about. */
export interface Message {
  subject: string;
  lines: string[];
  rows: readonly BudgetRow[];
  at: string;
}

const LINES = 20;

/** The message about rows of a check. */
export function messageOf(rows: readonly BudgetRow[], at: Date): Message {
  const lines = rows.slice(0, LINES).map(({ verdict, message }) => `${verdict.replace('_', ' ')}: ${oneLine(message)}`);
  const more = rows.length > LINES ? [`… and ${rows.length - LINES} more`] : [];
  const subject = `llmcost: ${rows.length === 1 ? '1 budget needs' : `${rows.length} budgets need`} attention`;
  return { subject, lines: [...lines, ...more], rows, at: at.toISOString() };
}

/** Without control characters: names come from data. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/** A name from data calls nobody in a chat: a zero-width space follows the sign of a mention (@everyone, @here, @channel, ＠all). */
function withoutMentions(text: string): string {
  return text.replace(/[@＠](?=[\p{L}\d])/gu, '$&\u200b');
}

/** The payload of Slack's incoming webhooks, which others take too: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackBody({ subject, lines }: Message): string {
  const escaped = (text: string) =>
    withoutMentions(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return JSON.stringify({ text: [`*${escaped(subject)}*`, ...lines.map((line) => `• ${escaped(line)}`)].join('\n') });
}

/** The payload of any other webhook. */
export function webhookBody({ subject, rows, at }: Message): string {
  return JSON.stringify({ schema: 'llmcost.notification/1', subject, at, rows }, (_, value: unknown) =>
    typeof value === 'string' ? withoutMentions(value) : value,
  );
}
