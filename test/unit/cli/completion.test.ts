import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Cli } from '../../../cli/cli.ts';
import { completionScript, SHELLS } from '../../../cli/completion.ts';
import { createProgram } from '../../../cli/program.ts';
import { runCli } from './support/cli.ts';

const program = createProgram({ version: '1.2.3' } as Cli);
const words = program.commands.flatMap((command) => [
  command.name(),
  ...command.options.map(({ long }) => long ?? ''),
  ...command.options.flatMap(({ argChoices }) => argChoices ?? []),
  ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
]);

/** Returns the completions that bash offers at the end of a line. */
function offered(...line: string[]): string[] {
  const script = `${completionScript('bash', program)}
    COMP_WORDS=(runbook ${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length}; _runbook; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-euc', script], { encoding: 'utf8' }).trim().split('\n');
}

describe('completion', () => {
  test.each(SHELLS)('%s knows every command, option and choice', async (shell) => {
    const { code, out } = await runCli(['completion', shell]);
    expect(code).toBe(0);
    const has = (word: string) => out.includes(shell === 'fish' ? word.replace(/^--/, '-l ') : word);
    expect(words.filter((word) => !has(word))).toEqual([]);
  });

  test.each<[string[], string[]]>([
    [['pro'], ['provision', 'protect']],
    [['--ver'], ['--version']],
    [['provision', 'dev', '--appr'], ['--approval']],
    [
      ['provision', 'dev', '--approval', ''],
      ['none', 'plan'],
    ],
    [['teardown', 'dev', '--keep'], ['--keep-backend']],
    [['open', 'dev', 'da'], ['dashboard']],
    [['completion', 'f'], ['fish']],
  ])('bash: %j', (line, words) => {
    expect(offered(...line)).toEqual(words);
  });

  test('an apostrophe of a description ends no quote', () => {
    expect(completionScript('fish', program)).toContain("-d 'postpone an environment'\\''s teardown");
    expect(completionScript('zsh', program)).toContain("environment'\\''s teardown");
  });

  test('a shell that is none', async () => {
    expect((await runCli(['completion', 'tcsh'])).err).toContain(
      "'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish",
    );
  });
});
