import { expect, test } from 'vitest';
import type { EcsService } from '../../../../lambdas/validation/checks/ecs-services.ts';
import { observeRollout } from '../../../../lambdas/validation/observe-rollout.ts';
import { aRecord, aRequest, outputs } from '../support/fixtures.ts';

const service = (name: string, rolloutState: string): EcsService => ({
  name,
  status: 'ACTIVE',
  desired: 1,
  running: 1,
  pending: 0,
  deployments: [{ id: 'd', status: 'PRIMARY', rolloutState, taskDefinition: `${name}:1`, createdAt: 1, updatedAt: 2 }],
  events: [],
  runningTasks: [],
  stopped: [],
});

const event = {
  request: aRequest({ machine: 'deploy', record: aRecord() }),
  images: { api: 'api@new', worker: 'worker@new' },
  since: '2026-01-31T12:00:00Z',
};
/** Each service runs the image that has its name. */
const ports = (rolloutState: string) => ({
  describeServices: async (_: string, names: readonly string[]) => names.map((name) => service(name, rolloutState)),
  imagesOf: async (arn: string) => [arn === `${outputs.api_service_name}:1` ? 'api@new' : 'worker@new'],
});

test('each service is to run the image of its own', async () => {
  expect(await observeRollout(event, ports('COMPLETED'))).toMatchObject({ verdict: 'COMPLETED' });
  const swapped = { ...event, images: { api: 'worker@new', worker: 'api@new' } };
  await expect(observeRollout(swapped, ports('COMPLETED'))).rejects.toMatchObject({ name: 'NotReadyError' });
});

test('while ECS has not decided, the state machine is to ask again', async () => {
  await expect(observeRollout(event, ports('IN_PROGRESS'))).rejects.toMatchObject({
    name: 'NotReadyError',
    message: expect.stringContaining('rollout IN_PROGRESS'),
  });
});

test('what ECS gave up is a value, since the machine goes on from it', async () => {
  expect(await observeRollout(event, ports('FAILED'))).toMatchObject({ verdict: 'REFUSED' });
});

test('without outputs there is nothing to look at', async () => {
  const bare = { ...event, request: aRequest({ machine: 'deploy' }) };
  await expect(observeRollout(bare, ports('COMPLETED'))).rejects.toMatchObject({ name: 'InputError' });
});
