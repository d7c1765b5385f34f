import { describe, expect, test } from 'vitest';
import { moreThan } from '../../../builds/terraform/rest-plan.ts';
import { type ShownPlan, shownPlan } from '../../../builds/terraform/shown-plan.ts';
import plans from './approved-plans.json' with { type: 'json' };

/**
 * Terraform 1.11.4 and provider 5.100.0 created both plans of one root: the first with 203.0.113.7/32, the second with
 * 0.0.0.0/0.
 */
test.each(['aws_security_group.dyn', 'aws_security_group.part'])(
  '%s does not open to the world after the approval',
  (address) => {
    const only = (plan: unknown) => {
      const { resource_changes, ...rest } = shownPlan.parse(plan);
      return { ...rest, resource_changes: resource_changes.filter((one) => one.address === address) };
    };
    const [approved, rest] = [only(plans.approved), only(plans.rest)];
    expect(JSON.stringify(approved.resource_changes)).toContain('203.0.113.7/32');
    expect(JSON.stringify(rest.resource_changes)).toContain('0.0.0.0/0');
    expect(moreThan(approved, rest, false)).toEqual([expect.stringContaining('ingress')]);
    expect(moreThan(approved, approved, false)).toEqual([]);
  },
);

type Values = Readonly<Record<string, unknown>>;
interface Shown {
  before?: Values | null;
  after: Values;
  unknown?: Values;
}
const AT = 'aws_x.y';
const planOf = (
  actions: string[],
  { before = null, after, unknown = {} }: Shown,
  set: readonly string[] = [],
): ShownPlan =>
  shownPlan.parse({
    resource_changes: [{ address: AT, type: 'aws_x', change: { actions, before, after, after_unknown: unknown } }],
    configuration: {
      root_module: { resources: [{ address: AT, expressions: Object.fromEntries(set.map((one) => [one, {}])) }] },
    },
  });

/** The attributes in `set` are those that the plan's configuration names. It leaves dynamic blocks out. */
describe.each([
  ['names', ['rules', 'tags', 'ids']],
  ['leaves out', []],
])('what the configuration %s', (_, set) => {
  test.each<[string, Shown, Shown, string[]]>([
    ['is the same', { after: { tags: { a: '1' } } }, { after: { tags: { a: '1' } } }, []],
    ['is another value', { after: { ids: 'a' } }, { after: { ids: 'b' } }, ['ids']],
    ['is not known any more', { after: { ids: 'a' } }, { after: {}, unknown: { ids: true } }, ['ids']],
    ['was not known', { after: {}, unknown: { ids: true } }, { after: { ids: 'b' } }, []],
    [
      'is another value beside one that was not known',
      { after: { rules: [{ from: 'me' }] }, unknown: { rules: [{ from: false, to: [true] }] } },
      { after: { rules: [{ from: 'all', to: ['sg-1'] }] } },
      ['rules'],
    ],
    [
      'is the same beside one that was not known',
      { after: { rules: [{ from: 'me' }] }, unknown: { rules: [{ from: false, to: [true] }] } },
      { after: { rules: [{ from: 'me', to: ['sg-1'] }] } },
      [],
    ],
    [
      'has one more rule than was shown',
      { after: { rules: [{ from: 'me', to: null }] }, unknown: { rules: [{ to: true }] } },
      {
        after: {
          rules: [
            { from: 'me', to: 'a' },
            { from: 'me', to: 'b' },
          ],
        },
      },
      ['rules'],
    ],
    [
      'has no more than one of two rules, which turned out to be the same',
      { after: { rules: [{ from: 'me' }, { from: 'me' }] }, unknown: { rules: [{ to: true }, { to: true }] } },
      { after: { rules: [{ from: 'me', to: 'a' }] } },
      [],
    ],
    [
      'lacks a rule that was shown whole',
      { after: { rules: [{ from: 'me' }, { from: 'you' }] }, unknown: { rules: [{}, { to: true }] } },
      { after: { rules: [{ from: 'you', to: 'a' }] } },
      ['rules'],
    ],
    [
      'has another order, as sets have, once all is known',
      { after: { ids: [null, 'b'] }, unknown: { ids: [true, false] } },
      { after: { ids: ['b', 'c'] } },
      [],
    ],
    ['has another order where all was known', { after: { ids: ['a', 'b'] } }, { after: { ids: ['b', 'a'] } }, ['ids']],
    [
      'has one more key than was shown',
      { after: { tags: { a: '1' } }, unknown: { tags: { b: true } } },
      { after: { tags: { a: '1', b: '2', c: '3' } } },
      ['tags'],
    ],
  ])('and %s', (_name, approved, rest, others) => {
    const more = moreThan(planOf(['create'], approved, set), planOf(['create'], rest, set), false);
    expect(more).toEqual(others.length === 0 ? [] : [`${AT} (${others.join(', ')}: not as it was planned)`]);
  });

  test('and an update does not change is of no matter to it, unless the configuration names it', () => {
    const approved = planOf(['update'], { before: { ids: 'a', tags: {} }, after: { ids: 'a', tags: { a: '1' } } }, set);
    const rest = planOf(['update'], { before: { ids: 'b', tags: {} }, after: { ids: 'b', tags: { a: '1' } } }, set);
    expect(moreThan(approved, rest, false)).toHaveLength(set.length > 0 ? 1 : 0);
  });
});
