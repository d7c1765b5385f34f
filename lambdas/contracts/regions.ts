/** The region that answers for what is in none: IAM, CloudFront, Route 53. It depends on the partition. */
export function globalRegion(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1';
  return region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
}
