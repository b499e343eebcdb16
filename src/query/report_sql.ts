/** The whole prompt and the whole answer, summed over rows of usage_fact (aliased fact). */
export { INPUT_SUM, OUTPUT_SUM } from './metrics/measures.js';
