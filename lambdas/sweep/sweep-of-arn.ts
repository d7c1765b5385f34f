import { genericOfArn } from '../contracts/generic-kinds.ts';
import { SWEEP_SERVICES, type SweepService } from '../contracts/sweep-request.ts';

/** What the service of an ARN is called where the two differ. */
const ARN_SERVICES: Record<string, SweepService> = {
  elasticloadbalancing: 'elbv2',
};

/** The sweep that an ARN is for: of another region, and of a kind without a sweeper, whatever Cloud Control reads. */
export function sweepOfArn(arn: string, own: string): SweepService {
  const [, , service = '', region = ''] = arn.split(':');
  const isElsewhere = region !== '' && region !== own;
  const kind = genericOfArn(arn)?.kind;
  if (kind && (isElsewhere || !kind.elsewhere)) return 'cloudcontrol';
  if (isElsewhere) return 'tagging';
  return ARN_SERVICES[service] ?? SWEEP_SERVICES.find((one) => one === service) ?? 'tagging';
}
