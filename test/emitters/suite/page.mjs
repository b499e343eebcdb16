export const RESULTS = new URL('../results.json', import.meta.url).pathname;
export function writePage() {}
