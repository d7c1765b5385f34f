import { type AwsRequest, type AwsResponse, json } from '../service.ts';
import type { BuildQuota } from './queue.ts';

/** https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html */
const SMALL_BUILDS: Readonly<Record<string, string>> = {
  'L-5ED1D25B': 'Concurrently running builds for ARM/Small environment',
  'L-9D07B6EF': 'Concurrently running builds for Linux/Small environment',
};

/**
 * Returns Service Quotas' answer about CodeBuild, as far as the lab has such a quota. The emulator answers for other
 * services.
 */
export function quotaOf({ action, params }: AwsRequest, quota: BuildQuota): AwsResponse | undefined {
  const { ServiceCode, QuotaCode } = params;
  const QuotaName = SMALL_BUILDS[String(QuotaCode)];
  if (action !== 'GetServiceQuota' || ServiceCode !== 'codebuild' || !QuotaName) return undefined;
  const Quota = { ServiceCode, QuotaCode, QuotaName, Value: quota.running, Adjustable: true };
  return json({ Quota });
}
