import type { KnownOutputs } from '../../../../lambdas/contracts/outputs.ts';
import { ACCOUNT } from './fixtures.ts';

/** The state files have the shape in which Terraform and its provider write them. */

export interface StateResource {
  mode: 'managed' | 'data';
  type: string;
  name: string;
  provider?: string;
  instances: { index_key?: string | number; attributes: Record<string, unknown> }[];
}

export function stateOf(resources: readonly unknown[]): string {
  return JSON.stringify({ version: 4, serial: 3, lineage: 'l-1', outputs: {}, resources });
}

export function resource(
  type: string,
  attributes: Record<string, unknown>,
  mode: StateResource['mode'] = 'managed',
): StateResource {
  return { mode, type, name: 'main', instances: [{ attributes }] };
}

/**
 * Returns the resources that the outputs of the order platform name, without those that cost money or have task
 * definitions.
 */
export function platformResources(outputs: KnownOutputs): StateResource[] {
  const queue = (url: string) => resource('aws_sqs_queue', { id: url, url, name: url.split('/').at(-1) });
  const service = (name: string) =>
    resource('aws_ecs_service', {
      name,
      cluster: `arn:aws:ecs:eu-west-1:${ACCOUNT}:cluster/${outputs.ecs_cluster_name}`,
    });
  return [
    resource('aws_lb_target_group', { id: outputs.api_target_group_arn, arn: outputs.api_target_group_arn }),
    resource('aws_alb', { dns_name: outputs.alb_dns_name }),
    service(outputs.api_service_name),
    service(outputs.worker_service_name),
    queue(outputs.order_events_queue_url),
    queue(outputs.order_events_dlq_url),
    resource('aws_cloudwatch_log_group', { id: outputs.log_group_api, name: outputs.log_group_api }),
    resource('aws_cloudwatch_log_group', { id: outputs.log_group_worker, name: outputs.log_group_worker }),
    resource('aws_ecr_repository', { repository_url: outputs.ecr_api_repository_url }),
    resource('aws_ecr_repository', { repository_url: outputs.ecr_worker_repository_url }),
    resource('aws_rds_cluster', { endpoint: outputs.rds_endpoint }),
    resource('aws_sns_topic', { arn: outputs.sns_alerts_topic_arn }),
  ];
}
