import { describe, expect, test } from 'vitest';
import { checksumOf } from '../../../builds/terraform/binary.ts';
import { waitingHelps } from '../../../builds/terraform/blockers.ts';
import { parseLine } from '../../../builds/terraform/events.ts';
import { builderOf } from '../../../builds/terraform/locks.ts';
import { terraformEnvironment } from '../../../builds/terraform/process.ts';
import { mayPush, parseState } from '../../../builds/terraform/state.ts';

const state = (serial: number, lineage = 'one', resources: object[] = []) =>
  parseState(JSON.stringify({ version: 4, serial, lineage, resources }));

describe('a state', () => {
  test.each(['', '\n', '{}', '{"lineage":"","serial":0}'])('that was never written has no lineage: %j', (text) => {
    expect(parseState(text)).toMatchObject({ lineage: '', serial: 0, resources: 0 });
  });

  test('counts instances of what Terraform manages', () => {
    const managed = { mode: 'managed', instances: [{}, {}] };
    expect(state(1, 'one', [managed, managed, { mode: 'data', instances: [{}] }]).resources).toBe(4);
  });

  test.each(['nothing', '[]', '{"serial":"1"}', '{"lineage":1}', '{"serial":-1}'])(
    'that is none throws: %s',
    (text) => {
      expect(() => parseState(text)).toThrow();
    },
  );
});

test.each<[string, ReturnType<typeof state>, ReturnType<typeof state>, true | RegExp]>([
  ['follows the present one', state(4), state(3), true],
  ['is the first', state(1), parseState(''), true],
  [
    'is the present one, whose keys have another order',
    parseState('{"serial":4,"lineage":"one"}'),
    parseState('{"lineage":"one","serial":4}'),
    true,
  ],
  ['is older', state(4), state(7), /has serial 4, the present state 7/],
  ['has the number of another', state(4), state(4, 'one', [{}]), /has serial 4, the present state 4/],
  ['is of another lineage', state(9), state(2, 'two'), /has lineage one, the present state two/],
])('a state that could not be written and %s', (_, errored, present, expected) => {
  const decision = mayPush(errored, present);
  if (expected === true) expect(decision).toEqual({ push: true });
  else expect(decision).toEqual({ push: false, why: expect.stringMatching(expected) });
});

describe('the build of a lock', () => {
  const lock = { Who: 'root@m1', Created: '2030-01-31T10:30:00.512Z' };
  const builder = (build: string, at: string, who = 'root@m1') => ({ build, who, at });
  test.each([
    [
      'is the last on that machine before it',
      [builder('b1', '2030-01-31T10:00:00Z'), builder('b2', '2030-01-31T10:29:59Z')],
      'b2',
    ],
    [
      'in whatever order they are listed',
      [builder('b2', '2030-01-31T10:29:59Z'), builder('b1', '2030-01-31T10:00:00Z')],
      'b2',
    ],
    ['may be of the same second', [builder('b1', '2030-01-31T10:30:00Z')], 'b1'],
    ['is none that came after it', [builder('b1', '2030-01-31T10:30:01Z')], undefined],
    ['is none of another machine', [builder('b1', '2030-01-31T10:00:00Z', 'root@m2')], undefined],
    ['is none of another user', [builder('b1', '2030-01-31T10:00:00Z', 'ada@m1')], undefined],
    ['is none when there is none', [], undefined],
  ])('%s', (_, builders, build) => {
    expect(builderOf(builders, lock)?.build).toBe(build);
  });
});

describe('to try a destroy again', () => {
  const error = (address?: string) =>
    parseLine(JSON.stringify({ diagnostic: { severity: 'error', summary: 'in use', detail: '', address } }));
  test.each([
    ['does not help where something stays', ['stays'], [error('a')], false],
    ['does not help where Terraform itself is in the way', ['managed'], [error('a')], false],
    ['helps where it passes', ['passes'], [error('a')], true],
    ['helps where one of two passes', ['stays', 'passes'], [error('a'), error('b')], true],
    ['helps where nobody is known', [], [error('a')], true],
    ['helps where one of two is not known', ['stays'], [error('a'), error('b')], true],
    ['helps where something failed that has no address', ['stays'], [error('a'), error()], true],
    ['does not help where one thing has failed twice', ['stays'], [error('a'), error('a')], false],
    ['helps where nothing has failed', [], [], true],
  ])('%s', (_, kinds, events, helps) => {
    expect(
      waitingHelps(
        kinds.map((kind) => ({ kind })),
        events,
      ),
    ).toBe(helps);
  });
});

test('a checksum is that of the whole name', () => {
  const sum = (digit: string) => digit.repeat(64);
  const list = `${sum('a')}  terraform_1.11.4_linux_arm64.zip\n${sum('b')} *terraform_1.11.4_linux_amd64.zip\nshort  terraform_1.0.0_linux_amd64.zip\n`;
  expect(checksumOf(list, 'terraform_1.11.4_linux_arm64.zip')).toBe(sum('a'));
  expect(checksumOf(list, 'terraform_1.11.4_linux_amd64.zip')).toBe(sum('b'));
  for (const unknown of [
    '1.11.4_linux_arm64.zip',
    'terraform_1.11.5_linux_arm64.zip',
    'terraform_1.0.0_linux_amd64.zip',
  ])
    expect(checksumOf(list, unknown)).toBeUndefined();
});

test('Terraform gets nothing of the environment that changes what a command does', () => {
  const given = {
    PATH: '/bin',
    TF_CLI_ARGS_plan: '-destroy',
    TF_VAR_prefix: 'x',
    TF_DATA_DIR: '/x',
    TF_CLI_CONFIG_FILE: '/rc',
  };
  const { TF_CLI_CONFIG_FILE, PATH, GOGC, ...rest } = terraformEnvironment(given);
  expect({ TF_CLI_CONFIG_FILE, PATH, GOGC }).toEqual({ TF_CLI_CONFIG_FILE: '/rc', PATH: '/bin', GOGC: '500' });
  expect(rest).toEqual({ TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1', GOMEMLIMIT: '1GiB' });
});
