/** Pages of the AWS console. The one place that knows their addresses, each of its own partition and region. */

const DOMAINS: Record<string, string> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Of an execution, by its ARN. */
export function executionPage(executionArn: string): string {
  const [, partition = 'aws', , region = ''] = executionArn.split(':');
  const domain = DOMAINS[partition] ?? `${region}.console.aws.amazon.com`;
  return `https://${domain}/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}
