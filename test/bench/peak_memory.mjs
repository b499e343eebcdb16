// Loaded before a program (node --import): writes the most memory it ever had, in bytes, where LLMCOST_BENCH_MEMORY says.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { LLMCOST_BENCH_MEMORY: path } = process.env;
  if (path !== undefined) writeFileSync(path, String(process.resourceUsage().maxRSS * 1024));
});
