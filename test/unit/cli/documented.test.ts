import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cli } from '../../../cli/cli.ts';
import { createProgram } from '../../../cli/program.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const program = createProgram({ version: '1.2.3' } as Cli);
const named = new Map(program.commands.map((command) => [command.name(), command]));

describe('the command line and its documents', () => {
  test('docs/operating.md has a row of each command', () => {
    const [, table = ''] = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8').split('## The command line');
    const rows = table.split('\n## ')[0] ?? '';
    expect([...named.keys()].filter((name) => name !== 'help' && !rows.includes(`\`${name}`))).toEqual([]);
  });

  test.each([...named])('%s says what it does, in the same way as the others', (_, command) => {
    expect(command.description()).toMatch(/^[a-z].*[^.]$/);
    expect(command.options.filter(({ description }) => !/^[a-zA-Z].*[^.]$/.test(description))).toEqual([]);
  });
});
