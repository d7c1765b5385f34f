import { type AwsRequest, type AwsResponse, json } from '../service.ts';
import type { BuildQuota } from './queue.ts';

/** https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html */
const ARM_SMALL_BUILDS = {
  service: 'codebuild',
  code: 'L-5ED1D25B',
  name: 'Concurrently running builds for ARM/Small environment',
};

/**
 * Returns Service Quotas' answer about CodeBuild, as far as the lab has such a quota. The emulator answers for other
 * services.
 */
export function quotaOf({ action, params }: AwsRequest, quota: BuildQuota): AwsResponse | undefined {
  const { service, code, name } = ARM_SMALL_BUILDS;
  if (action !== 'GetServiceQuota' || params.ServiceCode !== service || params.QuotaCode !== code) return undefined;
  const Quota = { ServiceCode: service, QuotaCode: code, QuotaName: name, Value: quota.running, Adjustable: true };
  return json({ Quota });
}
