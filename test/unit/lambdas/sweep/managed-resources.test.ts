import { describe, expect, test } from 'vitest';
import { managedResources } from '../../../../lambdas/sweep/managed-resources.ts';

describe('what a state knows', () => {
  const sweeper = async () => ({ fromInventory: ({ id }: { id: string }) => ({ type: 'queue', id }) });
  const text = JSON.stringify({
    version: 4,
    serial: 1,
    lineage: 'l',
    resources: [
      { mode: 'managed', type: 'aws_sqs_queue', name: 'q', instances: [{ attributes: { id: 'q', arn: 'arn:q' } }] },
    ],
  });

  test('is named as sweeps name it, and by its ARN', async () => {
    expect([...(await managedResources({ kind: 'found', text }, sweeper))]).toEqual(['arn:q', 'sqs queue q']);
    expect((await managedResources({ kind: 'no-bucket' }, sweeper)).size).toBe(0);
  });

  test('is never nothing because it cannot be read', async () => {
    const half = { kind: 'found', text: text.slice(0, 40) } as const;
    await expect(managedResources(half, sweeper)).rejects.toMatchObject({ name: 'DependencyError' });
  });
});
