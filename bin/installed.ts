import { main } from '../cli/main.ts';

/** The build of the package sets this value. */
declare const RUNBOOK_VERSION: string;

await main({
  version: RUNBOOK_VERSION,
  installed: true,
  findTools: async () => ({ tools: [], text: '  are looked for in a checkout, where "npm start" runs the lab' }),
});
