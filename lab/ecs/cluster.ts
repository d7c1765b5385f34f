import { DescribeClustersCommand, ECSClient } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { AwsError } from '../service.ts';

/**
 * @param cluster name or ARN; `default` when the caller named none
 * @returns the cluster's ARN
 * @throws AwsError ClusterNotFoundException unless it is ACTIVE
 */
export async function requireCluster(context: LabContext, cluster = 'default'): Promise<string> {
  const ecs = new ECSClient(context.emulator);
  try {
    const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    const [found] = clusters ?? [];
    if (found?.status !== 'ACTIVE' || !found.clusterArn) {
      throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
    }
    return found.clusterArn;
  } finally {
    ecs.destroy();
  }
}
