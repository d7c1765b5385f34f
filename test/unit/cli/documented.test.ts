import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import type { Cli } from '../../../cli/cli.ts';
import { createProgram } from '../../../cli/program.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const DOCS = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((file) => (/\.md$/.test(file) ? [`docs/${file}`] : [])),
];
const program = createProgram({ version: '1.2.3' } as Cli);
const named = new Map(program.commands.map((command) => [command.name(), command]));

const optionsOf = (command: Command) =>
  [...program.options, ...command.options].flatMap(({ long, short }) => [long, short]);

describe('the command line and its documents', () => {
  test.each(DOCS)('%s names commands and options that there are', (file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').matchAll(/npx runbook ([a-z][a-z-]*)((?: [^\s`|#]+)*)/g);
    const wrong = [...lines].flatMap(([line, name = '', rest = '']) => {
      const command = named.get(name);
      if (!command) return [line];
      const options = rest.split(' ').filter((word) => word.startsWith('--') && word !== '--help');
      return options.every((option) => optionsOf(command).includes(option)) ? [] : [line];
    });
    expect(wrong).toEqual([]);
  });

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
