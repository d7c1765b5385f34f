import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as yaml from 'yaml';
import type * as z from 'zod';
import type { Cli } from '../../../cli/cli.ts';
import { createProgram } from '../../../cli/program.ts';
import {
  deployInput,
  expireInput,
  extendInput,
  protectInput,
  provisionInput,
  sweepInput,
  teardownInput,
  validateInput,
} from '../../../lambdas/contracts/contracts.ts';
import { MACHINES, type MachineName } from '../../../lambdas/contracts/record.ts';
import { runCli } from '../cli/support/cli.ts';
import { blocksOf, commandsOf, DOCUMENTS, ROOT, textOf, type Words } from './support/documents.ts';

const INPUTS: Readonly<Record<MachineName, z.ZodType>> = {
  provision: provisionInput,
  deploy: deployInput,
  validate: validateInput,
  teardown: teardownInput,
  sweep: sweepInput,
  extend: extendInput,
  protect: protectInput,
  expire: expireInput,
};
/** Packages of the SDK, by what the AWS CLI calls the service. */
const CLIENTS: Readonly<Record<string, string>> = {
  cloudcontrol: 'cloudcontrol',
  cloudwatch: 'cloudwatch',
  codebuild: 'codebuild',
  dynamodb: 'dynamodb',
  ec2: 'ec2',
  ecr: 'ecr',
  ecs: 'ecs',
  elbv2: 'elastic-load-balancing-v2',
  events: 'eventbridge',
  iam: 'iam',
  kms: 'kms',
  lambda: 'lambda',
  logs: 'cloudwatch-logs',
  rds: 'rds',
  s3api: 's3',
  scheduler: 'scheduler',
  secretsmanager: 'secrets-manager',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  stepfunctions: 'sfn',
};
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
/** Of other programs, whose syntax is theirs. */
const OTHERS = new Set(['curl', 'gpg', 'grep', 'cdk', 'source', 'echo', 'read']);
const NAMES = new Set(createProgram({ version: '1.2.3' } as Cli).commands.map((command) => command.name()));
/** They ask this machine, or AWS by themselves: no more than their words are read. */
const ONLY_READ = new Set(['doctor', 'init', 'permissions']);

/** Every command that a reader may copy: of blocks, of a pipeline's YAML, and those within a sentence. */
function commandsIn(document: string): Words[] {
  const blocks = blocksOf(document).flatMap(({ language, text }) => {
    if (language === 'bash') return commandsOf(text);
    if (language === 'yaml') return textsIn(yaml.parse(text)).flatMap(commandsOf);
    return [];
  });
  const prose = textOf(document).replaceAll(/^ *```.*?^ *```/gms, '');
  const inline = [
    ...prose.matchAll(/`((?:npx (?:runbook|vitest) [a-z]|npm (?:run|start|test|ci)|aws [a-z]+ )[^`]*)`/g),
  ];
  return [...blocks, ...inline.flatMap(([, text = '']) => commandsOf(text))].map(withoutNpx);
}

const withoutNpx = (words: Words): Words => (words[0] === 'npx' ? words.slice(1) : words);

/** Of script, commands and the like: a list of lines. */
function textsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return /^(before_script|script|commands)$/.test(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => textsIn(one, key));
  return value && typeof value === 'object' ? Object.entries(value).flatMap(([name, one]) => textsIn(one, name)) : [];
}

/** @returns why somebody who copies the command is refused; nothing when it is accepted */
async function refusal([program = '', ...args]: Words): Promise<string | undefined> {
  if (program === 'runbook') return refusalOfRunbook(args);
  if (program === 'npm') return refusalOfNpm(args);
  if (program === 'aws') return refusalOfAws(args);
  if (program === 'node') return existsSync(join(ROOT, args[0] ?? '')) ? undefined : 'there is no such file';
  if (program === 'vitest') return existsSync(join(ROOT, args.at(-1) ?? '')) ? undefined : 'there is no such test';
  return OTHERS.has(program) || /^\w+=/.test(program) ? undefined : 'this test does not know the program';
}

async function refusalOfRunbook(args: Words): Promise<string | undefined> {
  if (args.includes('--help')) return undefined;
  // Named within a sentence.
  if (args.length === 1 && NAMES.has(args[0] ?? '')) return undefined;
  if (ONLY_READ.has(args[0] ?? '')) return refusalOfWords(args);
  // It stops where it would ask AWS, which is behind the reading of every argument.
  const { err, code } = await runCli(args, { account: new Error('this far') });
  return code === 0 || err.includes('this far') ? undefined : err;
}

async function refusalOfWords(args: Words): Promise<string | undefined> {
  const program = createProgram({
    version: '1.2.3',
    out: process.stdout,
    err: { write: () => true },
  } as unknown as Cli);
  for (const command of program.commands) command.action(() => undefined);
  return program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

function refusalOfNpm([verb = '', ...args]: Words): string | undefined {
  if (['ci', 'install', 'link', 'test'].includes(verb)) return undefined;
  if (verb === 'run') return scripts[args[0] ?? ''] ? undefined : `package.json has no script ${args[0]}`;
  if (verb !== 'start') return `npm ${verb}`;
  const start = readFileSync(join(ROOT, 'bin/start.ts'), 'utf8');
  const options = args.filter((word) => /^--./.test(word) && word !== '--help');
  return options.find((option) => !start.includes(`${option} <`) && !start.includes(`${option}'`));
}

/** By the shapes of the SDK, which are made of the same models as the AWS CLI. */
async function refusalOfAws([service = '', operation = '', ...args]: Words): Promise<string | undefined> {
  if (!CLIENTS[service]) return `this test does not know the service ${service}: add its client`;
  const client = (await import(`@aws-sdk/client-${CLIENTS[service]}`)) as Record<string, readonly unknown[]>;
  const name = operation.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const input = shapeNamed(client, `${name}(Input|Request|Message|Type)`);
  if (!input) return `${service} has no operation ${operation}`;
  const members = input[4] as string[];
  const known = new Set(
    members.map((member) => member.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^-/, '')),
  );
  const wrong = args.filter((word) => word.startsWith('--') && !known.has(word.slice(2)) && word !== '--region');
  if (wrong.length > 0) return `${operation} has no ${wrong.join(', ')}`;
  return refusalOfInput(args);
}

/** Names of operations differ in the case of abbreviations: CreateDBCluster. */
function shapeNamed(client: Record<string, readonly unknown[]>, pattern: string): readonly unknown[] | undefined {
  const exact = new RegExp(`^${pattern}\\$$`, 'i');
  return Object.entries(client).find(([name]) => exact.test(name))?.[1];
}

/** What is given to a machine, by the schema of that machine. */
function refusalOfInput(args: Words): string | undefined {
  const after = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
  const target = after('--target');
  if (target) {
    const { Input } = JSON.parse(target) as { Input: string };
    return errorOf(validateInput, Input);
  }
  const input = after('--input');
  if (input === undefined) return undefined;
  const machine = MACHINES.find((one) => after('--state-machine-arn')?.endsWith(`:runbook-${one}`));
  return machine ? errorOf(INPUTS[machine], input) : `no machine is called ${after('--state-machine-arn')}`;
}

const errorOf = (schema: z.ZodType, text: string) => schema.safeParse(JSON.parse(text)).error?.message;

describe('commands that the documents print', () => {
  test.each(DOCUMENTS)('%s: each is accepted', async (document) => {
    const refused: string[] = [];
    for (const words of commandsIn(document)) {
      const why = await refusal(words);
      if (why) refused.push(`${words.join(' ')}: ${why}`);
    }
    expect(refused).toEqual([]);
  });

  test('are found', () => {
    const count = DOCUMENTS.flatMap(commandsIn).length;
    expect(count).toBeGreaterThan(100);
    expect(commandsIn('docs/pull-requests.md').filter(([program]) => program === 'runbook')).toHaveLength(6);
  });

  test.each([
    ['runbook provision dev --ttl soon', '--ttl'],
    ['runbook validate --orders 2', 'missing required argument'],
    ['runbook doctor --stak x', 'unknown option'],
    ['npm run chek', 'no script'],
    ['npm start -- --kep', '--kep'],
    ['aws stepfunctions start-execution --machine x', 'has no --machine'],
    ['aws stepfunctions start-executions', 'no operation'],
    [
      'aws stepfunctions start-execution --state-machine-arn x:runbook-extend --input \'{"environment":"dev"}\'',
      'hours',
    ],
    ['terraforn apply', 'does not know'],
  ])('%s is refused', async (line, why) => {
    expect(await refusal(commandsOf(line)[0] ?? [])).toContain(why);
  });
});

describe('what README.md says of the inputs', () => {
  const rows = new Map(
    [...textOf('README.md').matchAll(/^\| `runbook-(\w+)` \| (.*) \|$/gm)].map(([, machine = '', cell = '']) => [
      machine,
      cell,
    ]),
  );

  test.each(MACHINES)('%s: every key that it takes, and no other', (machine) => {
    const shape = (INPUTS[machine] as z.ZodObject).shape;
    const cell = (rows.get(machine) ?? '').replaceAll(/\([^()]*\)/g, '');
    const named = [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key);
    // Keys that one machine gives another.
    const internal = ['afterFailureOf', 'at', 'retry'];
    expect(named.sort()).toEqual(
      Object.keys(shape)
        .filter((key) => !internal.includes(key))
        .sort(),
    );
  });
});
