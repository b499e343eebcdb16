import type { Confidence } from './answer.js';
import { SMALL_ANSWER } from './cheaper.js';
import { RETRY_SECONDS } from './repeats_sql.js';

export interface Category {
  name: string;
  title: string;
  confidence: Confidence;
  decided: string;
}

/** In the order in which they claim a call: what is surest first. A call that one has claimed is no other's. */
export const CATEGORIES: readonly Category[] = [
  {
    name: 'retries',
    title: 'retries',
    confidence: 'certain',
    decided:
      'Calls of one trace that try again what failed (numbered attempts, or the same size right after a failure): all but the one that answered.',
  },
  {
    name: 'failed',
    title: 'failed, but billed',
    confidence: 'certain',
    decided: 'Calls that ended with an error and were paid for, without a retry in the same trace.',
  },
  {
    name: 'lost_retries',
    title: 'suspected retries',
    confidence: 'likely',
    decided: `The same customer, feature, model and size of prompt again within ${RETRY_SECONDS} seconds, though both were answered, more than three times as often as a minute later.`,
  },
  {
    name: 'duplicates',
    title: 'identical calls',
    confidence: 'possible',
    decided:
      'The size of prompt and answer of the call before it (same customer, feature and model, within a day), more than three times as often as chance brings.',
  },
  {
    name: 'unread_cache',
    title: 'cache never read',
    confidence: 'likely',
    decided:
      'Written to the cache and not read by the same feature, model and session while it was there (5 minutes or 1 hour): what writing cost more.',
  },
  {
    name: 'missed_cache',
    title: 'cache not used',
    confidence: 'likely',
    decided:
      'Prompts that go on from the one before in the session, within 5 minutes and 1,024 tokens or longer, sent at the full price: the difference to reading it.',
  },
  {
    name: 'batch',
    title: 'could be a batch',
    confidence: 'possible',
    decided:
      'Nobody waits: the feature or environment is called so (batch, nightly, eval, …), or nine in ten calls come in the same two hours of the day, from no user: the difference to the batch price.',
  },
  {
    name: 'small_answers',
    title: 'large model, tiny answer',
    confidence: 'possible',
    decided: `Answers of ${SMALL_ANSWER} tokens or fewer, without a cache: the difference to the cheapest model of the same provider already in use, if that costs less than a third.`,
  },
];
