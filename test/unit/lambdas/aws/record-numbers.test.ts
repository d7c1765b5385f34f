import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { serveAws } from '../support/aws-server.ts';
import { aRecord } from '../support/fixtures.ts';

/** One item with a number that JavaScript does not have must not hide the other environments. */

let end = () => {};
afterEach(() => end());

const good = marshall(aRecord(), { removeUndefinedValues: true });

async function tableOf(broken: object) {
  end = await serveAws((request, response) => {
    const isScan = `${request.headers['x-amz-target']}`.endsWith('Scan');
    const body = isScan
      ? { Items: [broken, good], Count: 2 }
      : { Item: broken, ConsumedCapacity: { TableName: 't', CapacityUnits: 1 } };
    response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(body));
  });
}

test.each(['1.5E+30', '9007199254740993', '100000000000000000000', '12345678901234567890.5'])(
  'a record with the number %s is unreadable, can be kept as JSON, and the others are read',
  async (N) => {
    await tableOf({ ...good, environment: { S: 'broken' }, fencing: { N }, own: { N } });
    const { listRecords } = await import('../../../../lambdas/aws/record-list.ts');
    const { loadRaw, loadRecord } = await import('../../../../lambdas/aws/environments-table.ts');
    const { records, malformed } = await listRecords('t');
    expect([records.map(({ environment }) => environment), malformed]).toEqual([['dev'], ['broken']]);
    expect(JSON.stringify(await loadRaw('t', 'broken'))).toContain(N.slice(0, 3));
    await expect(loadRecord('t', 'broken')).rejects.toMatchObject({ name: 'DependencyError' });
  },
);
