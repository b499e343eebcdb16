import { plain } from '../text/text.js';

/** A piece of HTML. Only `html` and `ownMarkup` make one, so text from data can get into a page as text only. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

type Part = string | number | Html | readonly Html[] | undefined;

/** HTML whose inserted texts are escaped (inside quoted attributes too) and freed of control characters; pieces of HTML stay. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((markup, piece, index) => `${markup}${shown(parts[index - 1])}${piece}`));
}

/** Markup, style or script of our own, as it is. Never text from data. */
export function ownMarkup(text: string): Html {
  return new Html(text);
}

function shown(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.toString();
  if (typeof part === 'string' || typeof part === 'number') return escaped(plain(String(part)));
  return part.join('');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}
