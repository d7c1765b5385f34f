/** Pages of the AWS console. The one place that knows their addresses, each of its own partition and region. */

const DOMAINS: Record<string, string> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Of an execution, by its ARN. */
export function executionPage(executionArn: string): string {
  const [, partition = 'aws', , region = ''] = executionArn.split(':');
  return `${home(partition, region, 'states')}#/v2/executions/details/${executionArn}`;
}

/** Of a CloudWatch dashboard, by its name. */
export function dashboardPage(partition: string, region: string, dashboard: string): string {
  return `${home(partition, region, 'cloudwatch')}#dashboards/dashboard/${dashboard}`;
}

function home(partition: string, region: string, service: string): string {
  const domain = DOMAINS[partition] ?? `${region}.console.aws.amazon.com`;
  return `https://${domain}/${service}/home?region=${region}`;
}
