import { genericOfArn } from '../contracts/generic-kinds.ts';
import { SWEEP_SERVICES, type SweepService } from '../contracts/sweep-request.ts';

/** The sweep has another name for the service of these ARNs. */
const ARN_SERVICES: Record<string, SweepService> = {
  elasticloadbalancing: 'elbv2',
};

/**
 * Returns the sweep that confirms an ARN. Cloud Control confirms its kinds in other regions, and in the environment's
 * region those without a sweeper of their own.
 */
export function sweepOfArn(arn: string, own: string): SweepService {
  const [, , service = '', region = ''] = arn.split(':');
  const isElsewhere = region !== '' && region !== own;
  const kind = genericOfArn(arn)?.kind;
  if (kind && (isElsewhere || !kind.elsewhere)) return 'cloudcontrol';
  if (isElsewhere) return 'tagging';
  return ARN_SERVICES[service] ?? SWEEP_SERVICES.find((one) => one === service) ?? 'tagging';
}
