import { expect, test } from 'vitest';
import { handedOver } from '../../../builds/terraform/handed-over.ts';

/** A resource is handed over when it has another owner's tags since Terraform wrote it. */

const OWN = { project: 'order-platform', environment: 'dev', run: 'dev-1' };
const state = (tags: object | null, more: object[] = []) =>
  JSON.stringify({
    lineage: '1',
    resources: [
      {
        ...{ module: 'module.queues["a"]', mode: 'managed', type: 'aws_sqs_queue', name: 'orders' },
        instances: [{ index_key: 'in', attributes: { tags_all: tags } }],
      },
      { mode: 'data', type: 'aws_vpc', name: 'shared', instances: [{ attributes: { tags: { environment: 'live' } } }] },
      { mode: 'managed', type: 'aws_route', name: 'out', instances: [{ attributes: {} }] },
      ...more,
    ],
  });
const own = { environment: 'dev', project: 'order-platform' };

test.each([
  ['environment', 'live'],
  ['project', 'mail'],
])('what has got another %s since it was written is handed over', (key, value) => {
  expect(handedOver(state(OWN), state({ ...OWN, [key]: value }), own)).toEqual([
    `module.queues["a"].aws_sqs_queue.orders["in"] is tagged ${key}=${value}`,
  ]);
});

test.each<[string, object | null, object | null]>([
  ['is as it was written', OWN, OWN],
  ['has lost its tags', OWN, {}],
  ['has other tags than these', OWN, { ...OWN, run: 'dev-2', team: 'a' }],
  ['never had the environment’s tags, which its team has accepted', { project: 'billing' }, { project: 'ledger' }],
  ['takes no tags', null, null],
])('what %s is not', (_, written, is) => {
  expect(handedOver(state(written), state(is), own)).toEqual([]);
});

test.each(['', 'null', '{"resources": 1}'])('what is no state is no answer: %s', (text) => {
  expect(() => handedOver(text, state(OWN), own)).toThrow();
});
