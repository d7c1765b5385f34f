import { beforeAll, describe, expect, test } from 'vitest';
import { SWEEP_SERVICES } from '../../lambdas/contracts/sweep-request.ts';
import { AWS_LIMITS } from '../support/crowded-account/account.ts';
import { PLANTED } from '../support/crowded-account/planted.ts';
import { sweepCrowded } from '../support/crowded-account/run.ts';

type Sweep = Awaited<ReturnType<typeof sweepCrowded>>;

/**
 * The list has the ids of what is planted. A task definition's family is found by its revision; a task that stops is
 * found, too.
 */
const EXPECTED = [
  ...Object.entries(PLANTED).flatMap(([kind, things]) =>
    things.map(({ id }) => (kind === 'task-family' ? `${id}:7` : id)),
  ),
  'order-platform-dev-v3-cluster/stopping',
].sort();

/** Returns the name in an ARN, where that is the id. */
function nameOf(id: string): string {
  if (/:(loadbalancer|targetgroup)\//.test(id)) return id.split('/').at(-2) ?? id;
  return id.startsWith('arn:') ? (id.split(/[/:]/).at(-1) ?? id) : id;
}

function expectAllAndNoMore({ entries, findings }: Sweep): void {
  expect(entries.map(({ service }) => service).sort()).toEqual([...SWEEP_SERVICES].sort());
  expect(findings.filter(({ status }) => status !== 'PRESENT')).toEqual([]);
  expect(findings.map(({ id }) => nameOf(id)).sort()).toEqual(EXPECTED);
}

/**
 * No filter of AWS narrows these lists down, so they are read page by page. The value is the number that one page has.
 */
const UNSEARCHABLE: Record<string, number> = {
  'ecs ListClusters': 100,
  // The services are those of ten other clusters at most.
  'ecs ListServices': 100,
  'application-autoscaling DescribeScalableTargets': 50,
  'ecr DescribeRepositories': 1_000,
  'rds DescribeDBInstances': 100,
  'rds DescribeDBSnapshots': 100,
  'elasticloadbalancing DescribeLoadBalancers': 400,
  'elasticloadbalancing DescribeTargetGroups': 400,
  'iam ListRoles': 1_000,
  'iam ListPolicies': 1_000,
  'dynamodb ListTables': 100,
  'sns ListTopics': 100,
  // At most ten pages are read of what costs nothing by itself, such as functions.
  'cloudcontrolapi ListResources': 30,
};

describe('among what belongs to others', () => {
  let few: Sweep;
  let many: Sweep;
  beforeAll(async () => {
    few = await sweepCrowded({ foreign: 1_000 });
    many = await sweepCrowded({ foreign: 50_000 });
  });

  test('all that is left is found: untagged, on the last page, behind an empty page; and nothing is invented', () => {
    expectAllAndNoMore(few);
    expectAllAndNoMore(many);
  });

  test('only lists that AWS cannot search grow, by their pages', () => {
    const grown = [...many.account.answered].filter(([call, count]) => count !== few.account.answered.get(call));
    expect(grown.map(([call]) => call).filter((call) => !(call in UNSEARCHABLE))).toEqual([]);
    // The largest account here has at most 300 of a kind, and one empty page in each list.
    for (const [call, count] of grown) {
      const before = few.account.answered.get(call) ?? 0;
      expect(count - before, call).toBeLessThanOrEqual(Math.ceil(300 / (UNSEARCHABLE[call] ?? 1)) + 2);
    }
    expect(many.account.total()).toBeLessThan(1.15 * few.account.total());
  });

  test('a list of many pages takes no memory', async () => {
    const long = await sweepCrowded({ foreign: 1_000, counts: { 'db-snapshot': 20_000 } });
    expectAllAndNoMore(long);
    expect(long.account.answered.get('rds DescribeDBSnapshots')).toBeGreaterThan(200);
    expect(long.rssMb - few.rssMb).toBeLessThan(48);
    expect(many.rssMb - few.rssMb).toBeLessThan(48);
  });

  test('a long list of what costs nothing is not read to its end, and that is said', async () => {
    const { account, entries } = await sweepCrowded({ foreign: 1_000, counts: { topic: 5_000 } });
    expect(account.answered.get('sns ListTopics')).toBeLessThanOrEqual(11);
    const sns = entries.find(({ service }) => service === 'sns');
    expect(sns).toMatchObject({ limits: [expect.stringMatching(/of SNS topics, the first 1000/)] });
    // The topic is found by its name.
    expect(sns).toMatchObject({ findings: [{ id: expect.stringMatching(/order-platform-dev-v3-alerts$/) }] });
  });
});

describe('an account that throttles', () => {
  test('is waited for', async () => {
    const limits = { ...AWS_LIMITS, ec2: [3, 15], elasticloadbalancing: [1, 3], rds: [2, 6] } as const;
    const sweep = await sweepCrowded({ foreign: 1_000, limits });
    expectAllAndNoMore(sweep);
    expect(sweep.account.throttled).toBeGreaterThan(5);
  });

  test('and does not stop is unknown, for that service alone, and never absent', async () => {
    const limits = { ...AWS_LIMITS, rds: [0, 0] } as const;
    const { findings } = await sweepCrowded({ foreign: 1_000, limits, limitMs: 15_000 });
    const rds = findings.filter(({ service }) => service === 'rds');
    expect(rds.map(({ status }) => status)).toEqual(rds.map(() => 'UNKNOWN'));
    expect(rds.length).toBeGreaterThan(0);
    expect(findings.filter(({ service }) => service !== 'rds').every(({ status }) => status === 'PRESENT')).toBe(true);
  });
});
