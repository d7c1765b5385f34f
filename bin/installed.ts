import { main } from '../cli/main.ts';

/** Set when the package is built. */
declare const RUNBOOK_VERSION: string;

await main({
  version: RUNBOOK_VERSION,
  installed: true,
  findTools: async () => ({ tools: [], text: '  are looked for in a checkout, where "npm start" runs the lab' }),
});
