import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { bareTime, buildTime } from '../../../bench/aws/build-time.ts';
import { longestChain } from '../../../bench/aws/chain.ts';
import { timesOf, timesPage } from '../../../bench/aws/page.ts';
import { COMMAND_WORK } from '../../../bench/aws/times.ts';
import { awsLife } from '../../../bench/aws-life.ts';
import { buildMinutes, PRICES } from '../../../bench/cost.ts';
import { COMMANDS } from '../../../builds/terraform/settings.ts';
import type { RootBlock, TerraformRoot } from '../../../cli/init/terraform-root.ts';
import { readRoots, simulateLife } from '../../support/aws-life/simulation.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const read = (name: string) => readFileSync(resolve(ROOT, name), 'utf8');
const roots = await readRoots();

test('docs/aws-times.md is what the model says: npm run docs:aws-times writes it again', async () => {
  const rows = await awsLife.run({ projectRoot: ROOT, quick: true, say: () => {} });
  await expect(timesPage(rows), 'npm run docs:aws-times writes the file again').toMatchFileSnapshot(
    '../../../docs/aws-times.md',
  );
});

test('README and docs/cost.md say what the model says', async () => {
  const [here, there] = [await simulateLife(roots, { slowServices: false }), await simulateLife(roots)];
  const minutes = (seconds: number) => String(Math.round(seconds / 60));
  const bare = bareTime('apply', roots) + bareTime('destroy', roots);
  const dollars = (buildMinutes(there.builds) * PRICES.buildMinute).toFixed(2);
  const [cost, readme] = [read('docs/cost.md'), read('README.md')];
  expect(cost).toContain(`| state transitions, retries included | ${here.transitions} |`);
  expect(cost).toContain(`| CodeBuild, arm1.small | ${here.builds.length} builds, `);
  expect(cost).toContain(
    `a life takes about ${minutes(there.tornDown)} minutes and ${there.transitions} transitions, and its builds cost about ${dollars}`,
  );
  expect(read('docs/measured.md').replaceAll('\n', ' ')).toContain(
    `A life has ${here.transitions} state transitions and ${here.builds.length} builds since.`,
  );
  expect(readme).toContain(
    `about ${minutes(there.provisioned)} minutes until it is validated, and ${minutes(there.tornDown - there.provisioned)} to tear it down; bare Terraform takes ${minutes(bare)} for both`,
  );
});

test('every time says where it is from, and none is without a unit of its own', () => {
  for (const [what, { seconds, source }] of timesOf()) {
    expect(seconds, what).toBeGreaterThan(0);
    expect(source, what).toMatch(/^(https:\/\/|assumed: .{5}|infra\/|docs\/|recorded in the lab|the provider )/);
  }
});

test('every command of a build is known, and no other', () => {
  expect(Object.keys(COMMAND_WORK).sort()).toEqual([...COMMANDS].sort());
  expect(() => buildTime('explode', roots, 'internet')).toThrow('explode');
});

/** Removes a state from a machine's definition. The states before it lead to its successor. */
const without = (name: string) => (text: string) => {
  const definition = JSON.parse(text) as { States: Record<string, { Next: string }> };
  const next = definition.States[name]?.Next;
  if (!next) return text;
  const { [name]: _, ...States } = definition.States;
  return JSON.stringify({ ...definition, States }).replaceAll(`"Next":"${name}"`, `"Next":"${next}"`);
};

test('a machine with a build less takes a build’s time less', async () => {
  const whole = await simulateLife(roots);
  const shorter = await simulateLife(roots, { changed: without('Destroy backend') });
  expect(shorter.builds.length).toBe(whole.builds.length - 1);
  expect(whole.tornDown - shorter.tornDown).toBeCloseTo(buildTime('destroy-backend', roots, 'bucket').seconds, 0);
  expect(whole.transitions - shorter.transitions).toBe(1);
});

test('two builds side by side take as long as the longer one', async () => {
  const beside = (text: string) => {
    const definition = JSON.parse(text) as { States: Record<string, Record<string, unknown>> };
    const { 'Destroy backend': build, ...States } = definition.States;
    if (!build) return text;
    const { Next, ...task } = build;
    const branch = (name: string) => ({ StartAt: name, States: { [name]: { ...task, End: true } } });
    States['Destroy backend'] = { Type: 'Parallel', Branches: [branch('One'), branch('Other')], Next };
    return JSON.stringify({ ...definition, States });
  };
  const [whole, parallel] = [await simulateLife(roots), await simulateLife(roots, { changed: beside })];
  expect(parallel.builds.length).toBe(whole.builds.length + 1);
  expect(parallel.tornDown - whole.tornDown).toBeLessThan(1);
});

test('a validation that waits for the services costs transitions, and no build', async () => {
  const [fast, slow] = [await simulateLife(roots, { slowServices: false }), await simulateLife(roots)];
  expect(slow.transitions).toBeGreaterThan(fast.transitions);
  expect(slow.builds).toEqual(fast.builds);
  expect(slow.serving).toBeGreaterThan(slow.applied);
});

function rootOf(locals: Record<string, unknown>, blocks: Record<string, unknown>): TerraformRoot {
  const list = Object.entries(blocks).map(([address, body]): RootBlock => {
    const [type = '', name = ''] = address.replace('data.', '').split('.');
    return { kind: address.startsWith('data.') ? 'data' : 'resource', type, name, body: body as RootBlock['body'] };
  });
  return {
    ...{ variables: [], outputs: [], blocks: list, modules: [], moduleBlocks: [], outside: [], backend: 's3' },
    locals,
    defaultTags: {},
    locked: true as const,
    region: undefined,
    values: new Map(),
  };
}

/** Returns a reference in Terraform's JSON syntax. */
const of = (address: string) => `$\{${address}}`;

test.each<[string, Record<string, unknown>, Record<string, unknown>, string[]]>([
  ['by a reference', {}, { 'aws_lb.a': {}, 'aws_x.b': { to: of('aws_lb.a.arn') } }, ['aws_lb.a', 'aws_x.b']],
  ['by depends_on', {}, { 'aws_lb.a': {}, 'aws_x.b': { depends_on: [of('aws_lb.a')] } }, ['aws_lb.a', 'aws_x.b']],
  [
    'by a local',
    { one: of('aws_lb.a.arn') },
    { 'aws_lb.a': {}, 'aws_x.b': { to: of('local.one') } },
    ['aws_lb.a', 'aws_x.b'],
  ],
  [
    'by a data source',
    {},
    {
      'aws_lb.a': {},
      'data.aws_policy.p': { to: of('aws_lb.a.arn') },
      'aws_x.b': { to: of('data.aws_policy.p.json') },
    },
    ['aws_lb.a', 'aws_x.b'],
  ],
  ['by nothing', {}, { 'aws_lb.a': {}, 'aws_x.b': {} }, ['aws_lb.a']],
])('a resource waits for another %s', (_, locals, blocks, chain) => {
  const root = rootOf(locals, blocks);
  expect(longestChain(root, 'create').resources).toEqual(chain);
  expect(longestChain(root, 'destroy').resources).toEqual(chain.length > 1 ? chain.toReversed() : chain);
});

test('the order platform waits for its database', () => {
  expect(longestChain(roots.stack, 'create').resources).toContain('aws_db_instance.main');
  expect(longestChain(roots.stack, 'create', 'aws_ecr_repository').resources).toEqual(['aws_ecr_repository.service']);
});
