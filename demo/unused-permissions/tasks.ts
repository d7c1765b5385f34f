import type { Unused } from './unused.ts';

/** The roles of tasks of an environment and of people. */
export const OF_TASKS: readonly Unused[] = [
  {
    roles: 'runbook-report-reader',
    actions: ['s3:GetObject'],
    reason: 'Whoever gets a message may open its link; nobody does in a lifecycle.',
    sometimes: true,
  },
  {
    roles: 'execution',
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetAuthorizationToken', 'ecr:GetDownloadUrlForLayer'],
    reason: 'ECS logs in and pulls an image layer by layer; the images of the lab have none.',
  },
  {
    roles: 'worker-task',
    actions: ['sqs:ChangeMessageVisibility'],
    reason: 'Defers an order that failed for now, and none does: test/lifecycle/breaks.test.ts.',
  },
];
