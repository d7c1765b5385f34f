import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What README.md and the documents print: blocks, and the commands in them. */

export const ROOT = resolve(import.meta.dirname, '../../../..');

/** Paths from the root. Decisions and the changelog are of their day. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : [])),
  ...readdirSync(join(ROOT, 'examples')).flatMap((name) => (name.includes('.') ? [] : [`examples/${name}/README.md`])),
];

export const textOf = (document: string): string => readFileSync(join(ROOT, document), 'utf8');

export interface Block {
  document: string;
  /** Of its first line. */
  line: number;
  /** Behind the fence: `bash`, `ts`, `yaml`, or nothing. */
  language: string;
  text: string;
}

export function blocksOf(document: string): Block[] {
  const text = textOf(document);
  return [...text.matchAll(/^( *)```(\w*)\n(.*?)^ *```/gms)].map(
    ({ index, 1: indent = '', 2: language = '', 3: body = '' }) => ({
      ...{ document, language },
      line: text.slice(0, index).split('\n').length + 1,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/** A command as a shell splits it: without quotes, comments and continuations. */
export type Words = readonly string[];

/** Values of what a reader fills in: `<environment>` and `$ENVIRONMENT`. */
const FILLED: Readonly<Record<string, string>> = {
  environment: 'dev',
  name: 'demo-1',
  sha: 'a11900d',
  'older sha': 'a11900d',
  address: 'a@example.com',
  account: '123456789012',
  arn: 'arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:a',
  file: 'certificate.json',
};

const filledIn = (text: string): string =>
  text
    .replaceAll(/<([A-Z]\w+)MachineArn>/g, (_, machine: string) => `$machines:runbook-${machine.toLowerCase()}`)
    .replaceAll('$machines', 'arn:aws:states:eu-west-1:123456789012:stateMachine')
    .replaceAll(/<([a-z ]+)>/g, (whole, name: string) => FILLED[name] ?? whole)
    .replaceAll(/"?\$(ENVIRONMENT|BRANCH|CI_COMMIT_REF_NAME)"?/g, 'dev');

/** Commands of lines of a shell script. */
export function commandsOf(script: string): Words[] {
  return filledIn(script)
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => simpleCommands(line))
    .filter((words) => words.length > 0);
}

function simpleCommands(line: string): string[][] {
  const within = [...line.matchAll(/\$\(([^()]*)\)/g)].flatMap(([, inner = '']) => simpleCommands(inner));
  const commands: string[][] = [[]];
  const tokens = line
    .replaceAll(/\$\([^()]*\)/g, 'printed')
    .matchAll(/'([^']*)'|"((?:\\.|[^"])*)"|&&|;|#.*|(?:\\.|[^\s'";&])+/g);
  for (const [token, single, double] of tokens) {
    if (token.startsWith('#')) break;
    if (token === '&&' || token === ';') commands.push([]);
    else commands.at(-1)?.push(single ?? double ?? token);
  }
  return [...within, ...commands];
}
