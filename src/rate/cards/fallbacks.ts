import { DIMENSIONS, TOKEN_CLASSES } from '../../names/dimensions.js';
import { join, literal, type Sql, sql } from '../../sql.js';

interface Fallback {
  /** Column of rate_card, or key of its unit_rates. */
  rate: string;
  /** The dimension whose price is taken. */
  dimension: string;
  /** Tried in this order. */
  choice: number;
  /** Whether a cost that rests on it is an assumption. */
  assumed: boolean;
  times?: 1 | 2;
  /** Only for Anthropic's models, whoever sells them. */
  claude?: true;
}

/**
 * What is charged where a dimension has no price of its own. Reasoning is output: that is no assumption. Anthropic's
 * one-hour writes cost twice the input (https://docs.claude.com/en/docs/build-with-claude/prompt-caching).
 * A search whose context size has no price costs what one of the default size does, and the other way round. Sessions,
 * file searches and the like have no neighbour to take a price from.
 */
const FALLBACKS: readonly Fallback[] = [
  { rate: 'cache_read', dimension: 'input', choice: 2, assumed: true },
  { rate: 'cache_write', dimension: 'input', choice: 2, assumed: true },
  { rate: 'cache_write_1h', dimension: 'input', choice: 2, assumed: true, times: 2, claude: true },
  { rate: 'cache_write_1h', dimension: 'cache_write', choice: 3, assumed: true },
  { rate: 'cache_write_1h', dimension: 'input', choice: 4, assumed: true },
  { rate: 'reasoning', dimension: 'output', choice: 2, assumed: false },
  ...['input_audio_tokens', 'input_image_tokens', 'input_video_tokens'].map((rate) => neighbour(rate, 'input', 2)),
  ...['cache_read_audio_tokens', 'cache_read_image_tokens'].flatMap((rate) => [
    neighbour(rate, 'cache_read', 2),
    neighbour(rate, 'input', 3),
  ]),
  neighbour('cache_write_audio_tokens', 'cache_write', 2),
  neighbour('cache_write_audio_tokens', 'input_audio_tokens', 3),
  neighbour('cache_write_audio_tokens', 'input', 4),
  ...['output_audio_tokens', 'output_image_tokens', 'output_video_tokens'].map((rate) => neighbour(rate, 'output', 2)),
  ...['low', 'medium', 'high'].map((size) => neighbour(`web_search_requests_${size}`, 'web_search_requests', 2)),
  neighbour('web_search_requests', 'web_search_requests_medium', 2),
  neighbour('output_video_seconds_1080p', 'output_video_seconds', 2),
  neighbour('annotated_pages', 'pages', 2),
];

function neighbour(rate: string, dimension: string, choice: number): Fallback {
  return { rate, dimension, choice, assumed: true };
}

const OWN: readonly Fallback[] = DIMENSIONS.map((dimension) => ({
  rate: TOKEN_CLASSES.find((tokenClass) => tokenClass.dimension === dimension)?.rate ?? dimension,
  dimension,
  choice: 1,
  assumed: false,
}));

/** Which dimensions can give which rate of a card: rate, dimension, choice, assumed, times, claude. */
export const CHOICES: Sql = sql`(values
  ${join([...OWN, ...FALLBACKS].map(line), ',\n  ')}
) as choices (rate, dimension, choice, assumed, times, claude)`;

function line({ rate, dimension, choice, assumed, times, claude }: Fallback): Sql {
  const flag = (on: boolean) => (on ? sql`true` : sql`false`);
  const number = literal(String(choice));
  return sql`(${literal(rate)}, ${literal(dimension)}, cast(${number} as integer), ${flag(assumed)}, ${times === 2 ? sql`2` : sql`1`}, ${flag(claude === true)})`;
}

/** The dimensions counted in tokens: what batch, speed and region change the price of. Fees per search or page stay. */
export const TOKEN_DIMENSIONS: Sql = join(
  DIMENSIONS.filter(
    (name) => name.endsWith('_tokens') || TOKEN_CLASSES.some((tokenClass) => tokenClass.dimension === name),
  ).map(literal),
);
