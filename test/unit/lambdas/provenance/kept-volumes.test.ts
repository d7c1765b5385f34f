import { expect, test } from 'vitest';
import { createdBy } from '../../../../lambdas/provenance/trail-created.ts';
import type { TrailEvent } from '../../../../lambdas/provenance/trail-events.ts';
import { ACCOUNT } from '../support/fixtures.ts';

/** The record of RunInstances names the instances, and never their volumes. */

const INSTANCE = 'i-0123456789abcdef0';
const call = (ebs: object, response: object): TrailEvent => ({
  ...{ name: 'RunInstances', source: 'ec2', time: '2026-01-31T12:00:00Z', region: 'eu-west-1' },
  ...{ role: 'arn:r', session: 's', readOnly: false, failed: false },
  request: { blockDeviceMapping: { items: [{ deviceName: '/dev/xvda', ebs }] } },
  response,
});
const started = { instancesSet: { items: [{ instanceId: INSTANCE }] } };
const instance = { how: 'named', service: 'ec2', type: 'Instances', id: INSTANCE };

test.each<[string, object, boolean]>([
  ['stay', { deleteOnTermination: false }, true],
  ['stay, as a text', { deleteOnTermination: 'false' }, true],
  ['go with the instance', { deleteOnTermination: true, encrypted: false }, false],
  ['have the default of their image', {}, false],
])('volumes that %s', (_, ebs, stay) => {
  const volumes = { how: 'words', id: `volumes of ${INSTANCE}, with DeleteOnTermination=false` };
  expect(createdBy(call(ebs, started), ACCOUNT)).toEqual(stay ? [instance, volumes] : [instance]);
});
