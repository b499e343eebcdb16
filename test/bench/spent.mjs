// Loaded before a program (node --import): writes what it took where LLMCOST_BENCH_SPENT says, as JSON: the most memory it
// ever had in bytes, and the time all its threads had a processor in milliseconds.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { LLMCOST_BENCH_SPENT: path } = process.env;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  if (path !== undefined)
    writeFileSync(path, JSON.stringify({ memory: maxRSS * 1024, cpu: (userCPUTime + systemCPUTime) / 1000 }));
});
