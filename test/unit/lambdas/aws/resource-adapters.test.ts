import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { serveAws } from '../support/aws-server.ts';

/** What each adapter of the checks of resources makes of answers that are half of one, or of something else. */

let end = () => {};
afterEach(() => end());

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** @param answers one a call, in turn; the last one is repeated */
async function answers(...bodies: (object | string)[]) {
  const asked: string[] = [];
  end = await serveAws(async (request, response) => {
    asked.push(await textOf(request));
    const body = bodies[Math.min(asked.length, bodies.length) - 1] ?? {};
    response.setHeader('content-type', typeof body === 'string' ? 'text/xml' : 'application/x-amz-json-1.0');
    response.setHeader('x-amzn-requestid', 'r');
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return asked;
}

const adapters = '../../../../lambdas/aws/resources';

describe('alarms', () => {
  const alarm = (AlarmName: string, StateValue?: string) => ({ AlarmName, StateValue });
  const described = async (...bodies: object[]) => {
    const asked = await answers(...bodies);
    return { asked, found: (await import(`${adapters}/alarms.ts`)).describeAlarms(['a', 'b']) };
  };

  test('of both types are read page by page', async () => {
    const { found } = await described(
      { MetricAlarms: [], CompositeAlarms: [], NextToken: 't' },
      { MetricAlarms: [alarm('a', 'OK')], CompositeAlarms: [alarm('b', 'ALARM')] },
    );
    expect(await found).toEqual([
      { name: 'a', state: 'OK' },
      { name: 'b', state: 'ALARM' },
    ]);
  });

  test.each<[string, object[]]>([
    ['half a response', [{ MetricAlarms: [alarm('a', 'OK')] }]],
    ['no response', [{}]],
    ['an alarm without a state', [{ MetricAlarms: [alarm('a')], CompositeAlarms: [] }]],
    ['an alarm without a name', [{ MetricAlarms: [{ StateValue: 'OK' }], CompositeAlarms: [] }]],
    ['pages without end', [{ MetricAlarms: [], CompositeAlarms: [], NextToken: 't' }]],
  ])('%s is no answer', async (_name, bodies) => {
    await expect((await described(...bodies)).found).rejects.toThrow();
  });
});

describe('data points', () => {
  const at = 1_769_860_800;
  const result = (more: object = {}) => ({
    ...{ Id: 'asked', StatusCode: 'Complete', Timestamps: [at], Values: [3] },
    ...more,
  });
  const query = { namespace: 'AWS/RDS', name: 'CPUUtilization', dimension: 'DBInstanceIdentifier', value: 'db' };
  const read = async (...bodies: object[]) => {
    await answers(...bodies);
    const { dataPoints } = await import(`${adapters}/metric-data.ts`);
    return dataPoints({ ...query, statistic: 'Average', from: 1_769_860_000_000, to: 1_769_861_000_000 });
  };

  test('are read page by page', async () => {
    const first = { MetricDataResults: [result({ StatusCode: 'PartialData' })], NextToken: 't' };
    expect(await read(first, { MetricDataResults: [result({ Values: [4] })] })).toEqual([
      { at: at * 1_000, value: 3 },
      { at: at * 1_000, value: 4 },
    ]);
  });

  test('may be none', async () => {
    expect(await read({ MetricDataResults: [result({ Timestamps: [], Values: [] })] })).toEqual([]);
  });

  test.each<[string, object]>([
    ['half of the data', { MetricDataResults: [result({ StatusCode: 'PartialData' })] }],
    [
      'an error as the state of the data',
      { MetricDataResults: [result({ StatusCode: 'InternalError', Timestamps: [], Values: [] })] },
    ],
    [
      'data that may not be read',
      { MetricDataResults: [result({ StatusCode: 'Forbidden', Timestamps: [], Values: [] })] },
    ],
    ['no state of the data', { MetricDataResults: [result({ StatusCode: undefined })] }],
    ['no result', { MetricDataResults: [] }],
    ['no list of results', {}],
    ['times without values', { MetricDataResults: [result({ Values: [] })] }],
    ['no values', { MetricDataResults: [result({ Values: undefined })] }],
    ['a value that is none', { MetricDataResults: [result({ Values: [null] })] }],
    ['data of another query', { MetricDataResults: [result({ Id: 'other' })] }],
  ])('%s is no answer', async (_name, body) => {
    await expect(read(body)).rejects.toThrow();
  });
});

describe('tables', () => {
  const described = async (Table: object, withRecovery = false) => {
    await answers({ Table }, { ContinuousBackupsDescription: {} });
    return (await import(`${adapters}/tables.ts`)).describeTable('orders', withRecovery);
  };

  test('without indexes have none', async () => {
    expect(await described({ TableName: 'orders', TableStatus: 'ACTIVE' })).toEqual({ status: 'ACTIVE', indexes: [] });
  });

  test.each<[string, object, boolean]>([
    ['another', { TableName: 'other', TableStatus: 'ACTIVE' }, false],
    ['without a status', { TableName: 'orders' }, false],
    [
      'with an index without a status',
      { TableName: 'orders', TableStatus: 'ACTIVE', GlobalSecondaryIndexes: [{ IndexName: 'i' }] },
      false,
    ],
    ['without what was asked about its backups', { TableName: 'orders', TableStatus: 'ACTIVE' }, true],
  ])('%s is no answer', async (_name, table, withRecovery) => {
    await expect(described(table, withRecovery)).rejects.toThrow(/UnexpectedResponseError|Dynamo|response/);
  });
});

describe('functions', () => {
  const well = { FunctionName: 'api', State: 'Active', LastUpdateStatus: 'Successful', LastModified: 'today' };
  test.each<[string, object]>([
    ['another', { ...well, FunctionName: 'other' }],
    ['without a state', { ...well, State: undefined }],
    ['without its last update', { ...well, LastUpdateStatus: undefined }],
    ['nothing', {}],
    ['a concurrency that is no number', { ...well, ReservedConcurrentExecutions: 'none' }],
  ])('%s is no answer', async (_name, body) => {
    await answers(body);
    await expect((await import(`${adapters}/lambda-functions.ts`)).describeFunction('api')).rejects.toThrow();
  });

  test('are asked for their concurrency', async () => {
    await answers(well, { ReservedConcurrentExecutions: 0 });
    const { describeFunction } = await import(`${adapters}/lambda-functions.ts`);
    expect(await describeFunction('api')).toMatchObject({ state: 'Active', reserved: 0 });
  });
});

describe('machines', () => {
  const arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:x';
  const machine = { stateMachineArn: arn, name: 'x', status: 'ACTIVE', creationDate: 1 };
  const ran = (name: string, status: string) => ({
    name,
    status,
    executionArn: name,
    stateMachineArn: arn,
    startDate: 1,
  });

  test('are read page by page, until enough executions have ended', async () => {
    const asked = await answers(
      machine,
      { executions: [ran('a', 'RUNNING')], nextToken: 't' },
      { executions: [], nextToken: 'u' },
      { executions: [ran('b', 'FAILED')] },
    );
    const { describeMachine } = await import(`${adapters}/state-machines.ts`);
    expect(await describeMachine(arn, 1)).toEqual({ status: 'ACTIVE', ended: [{ name: 'b', status: 'FAILED' }] });
    expect(asked).toHaveLength(4);
  });

  test('have none of the executions of a machine that had the name before', async () => {
    const [old, own] = [
      { ...ran('old', 'SUCCEEDED'), startDate: 9 },
      { ...ran('own', 'SUCCEEDED'), startDate: 10 },
    ];
    await answers({ ...machine, creationDate: 10 }, { executions: [own, old], nextToken: 't' });
    const { describeMachine } = await import(`${adapters}/state-machines.ts`);
    expect((await describeMachine(arn, 5))?.ended).toEqual([{ name: 'own', status: 'SUCCEEDED' }]);
  });

  test.each<[string, object[]]>([
    ['without the time of its creation', [{ ...machine, creationDate: undefined }, { executions: [] }]],
    [
      'with an execution without its start',
      [machine, { executions: [{ ...ran('a', 'SUCCEEDED'), startDate: undefined }] }],
    ],
    ['another', [{ ...machine, stateMachineArn: 'arn:other' }]],
    ['without a status', [{ ...machine, status: undefined }]],
    ['without a list of executions', [machine, {}]],
    ['with an execution without a status', [machine, { executions: [{ name: 'a' }] }]],
    ['with pages without end', [machine, { executions: [], nextToken: 't' }]],
  ])('%s is no answer', async (_name, bodies) => {
    await answers(...bodies);
    await expect((await import(`${adapters}/state-machines.ts`)).describeMachine(arn, 1)).rejects.toThrow();
  });
});

test('ECS services are described ten at once, which is all that a call takes', async () => {
  const asked = await answers({ services: [], failures: [] });
  const names = Array.from({ length: 11 }, (_, n) => `s${n}`);
  const { describeServices } = await import('../../../../lambdas/aws/ecs.ts');
  await expect(describeServices('c', names)).rejects.toThrow('ECS says nothing of service s0');
  expect(asked.map((text) => (JSON.parse(text) as { services: string[] }).services.length)).toEqual([10]);
});

test.each([
  ['UNHEALTHY', true],
  ['HEALTHY', undefined],
  ['UNKNOWN', undefined],
])('an ECS task with the health status %s is unhealthy, or not: %s', async (healthStatus, unhealthy) => {
  const task = { taskArn: 't', taskDefinitionArn: 'd', lastStatus: 'RUNNING', startedAt: 1, healthStatus };
  const service = { serviceName: 's', status: 'ACTIVE', desiredCount: 1, runningCount: 1, pendingCount: 0 };
  await answers(
    { services: [{ ...service, deployments: [], events: [] }], failures: [] },
    { taskArns: ['t'] },
    { taskArns: [] },
    { tasks: [task], failures: [] },
  );
  const { describeServices } = await import('../../../../lambdas/aws/ecs.ts');
  const [described] = await describeServices('c', ['s']);
  expect(described?.runningTasks.map((one) => one.unhealthy)).toEqual([unhealthy]);
});

describe('rules', () => {
  test.each<[string, object[]]>([
    ['another', [{ Name: 'other', State: 'ENABLED' }]],
    ['without a state', [{ Name: 'nightly' }, { Targets: [{ Id: 't' }] }]],
    ['without a list of targets', [{ Name: 'nightly', State: 'ENABLED' }, {}]],
  ])('%s is no answer', async (_name, bodies) => {
    await answers(...bodies);
    await expect((await import(`${adapters}/event-rules.ts`)).describeRule('nightly')).rejects.toThrow();
  });
});

describe('databases', () => {
  const instances = (xml: string) =>
    `<DescribeDBInstancesResponse><DescribeDBInstancesResult>${xml}</DescribeDBInstancesResult></DescribeDBInstancesResponse>`;
  const cluster = `<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster><DBClusterIdentifier>c</DBClusterIdentifier><Status>available</Status><DBClusterMembers><DBClusterMember><DBInstanceIdentifier>db</DBInstanceIdentifier><IsClusterWriter>true</IsClusterWriter></DBClusterMember></DBClusterMembers></DBCluster></DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>`;
  test('of a cluster are described, each by its own name', async () => {
    const stopped =
      '<DBInstances><DBInstance><DBInstanceIdentifier>db</DBInstanceIdentifier><DBInstanceStatus>stopped</DBInstanceStatus></DBInstance></DBInstances>';
    const asked = await answers(cluster, instances(stopped));
    const { describeCluster } = await import(`${adapters}/databases.ts`);
    expect(await describeCluster('c')).toEqual({
      ...{ status: 'available', members: [{ id: 'db', writes: true, status: 'stopped' }] },
    });
    expect(asked).toHaveLength(2);
  });

  test('of a cluster that are not in the answer are no answer', async () => {
    await answers(cluster, instances('<DBInstances></DBInstances>'));
    await expect((await import(`${adapters}/databases.ts`)).describeCluster('c')).rejects.toThrow();
  });

  test.each<[string, string]>([
    [
      'another',
      instances(
        '<DBInstances><DBInstance><DBInstanceIdentifier>other</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus></DBInstance></DBInstances>',
      ),
    ],
    ['none', instances('<DBInstances></DBInstances>')],
    ['no list', instances('')],
    [
      'without a status',
      instances('<DBInstances><DBInstance><DBInstanceIdentifier>db</DBInstanceIdentifier></DBInstance></DBInstances>'),
    ],
  ])('%s is no answer', async (_name, body) => {
    await answers(body);
    await expect((await import(`${adapters}/databases.ts`)).describeInstance('db')).rejects.toThrow();
  });
});
