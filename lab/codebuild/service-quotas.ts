import { ARM_SMALL_BUILDS } from '../../lambdas/shared/build-quota.ts';
import { type AwsRequest, type AwsResponse, json } from '../service.ts';
import type { BuildQuota } from './queue.ts';

/** What Service Quotas says of CodeBuild, as far as the lab has such a quota. The emulator answers for other services. */
export function quotaOf({ action, params }: AwsRequest, quota: BuildQuota): AwsResponse | undefined {
  const { service, code, name } = ARM_SMALL_BUILDS;
  if (action !== 'GetServiceQuota' || params.ServiceCode !== service || params.QuotaCode !== code) return undefined;
  const Quota = { ServiceCode: service, QuotaCode: code, QuotaName: name, Value: quota.running, Adjustable: true };
  return json({ Quota });
}
