/**
 * Returns the region for the resources that are in none, such as those of IAM, CloudFront and Route 53. It depends on
 * the partition.
 */
export function globalRegion(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1';
  return region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
}
