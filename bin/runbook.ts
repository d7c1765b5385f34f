import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { main } from '../cli/main.ts';
import { findTools, formatTools } from '../lab/tools.ts';

const projectRoot = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(resolve(projectRoot, 'package.json'), 'utf8')) as { version: string };
await main({
  version,
  installed: false,
  findTools: async () => {
    const found = await findTools(projectRoot);
    return { tools: found.tools, text: formatTools(found) };
  },
});
