import { describe, expect, test } from 'vitest';
import { holdsUpDestroy } from '../../../../lambdas/removal/state-groups.ts';

interface Made {
  type: string;
  name: string;
  module?: string;
  mode?: string;
  attributes: object | null;
  dependencies?: string[];
}

const group = (name: string, changes: Partial<Made> = {}): Made => ({
  ...{ type: 'aws_security_group', name, attributes: { id: `sg-${name}` } },
  ...changes,
});
const rule = (type: string, attributes: object): Made => ({ type, name: 'it', attributes });
const madeAfter = (...dependencies: string[]) => ({ dependencies });

/** The rule is in `sg-a` and names `sg-b`. */
const RULE = { rule: 'sgr-1', group: 'sg-a', names: 'sg-b', isEgress: false };

function holdsUp(...made: Made[]): boolean {
  const resources = made.map(({ type, name, module, mode = 'managed', ...instance }) => ({
    ...{ ...(module ? { module } : {}), mode, type, name, instances: [instance] },
  }));
  return holdsUpDestroy({ kind: 'found', text: JSON.stringify({ version: 4, lineage: 'l', resources }) })(RULE);
}

describe('a rule of a group that names another', () => {
  const both = [group('a'), group('b')];
  const inline = { id: 'sg-a', ingress: [{ security_groups: ['sg-b'] }] };

  test.each<[string, Made[], boolean]>([
    ['is in no state', both, true],
    ['was read into the attributes of its group', [group('a', { attributes: inline }), group('b')], true],
    [
      'is of a group that is deleted first',
      [group('a', { attributes: inline, ...madeAfter('aws_vpc.main', 'aws_security_group.b') }), group('b')],
      false,
    ],
    ['is of a group that is deleted later', [group('a'), group('b', madeAfter('aws_security_group.a'))], true],
    [
      'is of a group of a module that is deleted first',
      [group('a', madeAfter('module.net.aws_security_group.b')), group('b', { module: 'module.net["x"]' })],
      false,
    ],
    ['is a resource', [...both, rule('aws_vpc_security_group_ingress_rule', { id: 'sgr-1' })], false],
    ['is a resource for what leaves', [...both, rule('aws_vpc_security_group_egress_rule', { id: 'sgr-1' })], false],
    [
      'is a resource of the older type',
      [...both, rule('aws_security_group_rule', { id: 'sgrule-1', security_group_rule_id: 'sgr-1' })],
      false,
    ],
    [
      'is one that an old provider made',
      [
        ...both,
        rule('aws_security_group_rule', {
          ...{ id: 'sgrule-1', security_group_id: 'sg-a', source_security_group_id: 'sg-b' },
        }),
      ],
      false,
    ],
    [
      'is beside another that is a resource',
      [...both, rule('aws_vpc_security_group_ingress_rule', { id: 'sgr-2' })],
      true,
    ],
    ['is of a group that Terraform only reads', [group('a', { mode: 'data' }), group('b')], false],
    ['is of a group in no state', [group('b')], false],
    ['names a group in no state', [group('a')], true],
    [
      'is of a group that Terraform was stopped from reading back',
      [group('a', { attributes: null }), group('b')],
      false,
    ],
  ])('%s', (_, made, held) => {
    expect(holdsUp(...made)).toBe(held);
  });

  test.each(['no-object', 'no-bucket'] as const)('holds up nothing where there is no state (%s)', (kind) => {
    expect(holdsUpDestroy({ kind })(RULE)).toBe(false);
  });

  test.each(['', '{', '{}', 'null', '{"resources":{}}'])('is unknown where the state is %s', (text) => {
    expect(() => holdsUpDestroy({ kind: 'found', text })).toThrow("Terraform's state is not of version 4");
  });
});
