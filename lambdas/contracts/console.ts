/** This module alone builds addresses of the AWS console. Each address depends on the partition and the region. */

const DOMAINS: Record<string, string> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Returns the page of an execution. */
export function executionPage(executionArn: string): string {
  const [, partition = 'aws', , region = ''] = executionArn.split(':');
  return `${home(partition, region, 'states')}#/v2/executions/details/${executionArn}`;
}

/** Returns the page of a state machine, which lists its executions. */
export function machinePage(partition: string, region: string, stateMachineArn: string): string {
  return `${home(partition, region, 'states')}#/statemachines/view/${stateMachineArn}`;
}

/** Returns the page of a CloudWatch dashboard. */
export function dashboardPage(partition: string, region: string, dashboard: string): string {
  return `${home(partition, region, 'cloudwatch')}#dashboards/dashboard/${dashboard}`;
}

function home(partition: string, region: string, service: string): string {
  const domain = DOMAINS[partition] ?? `${region}.console.aws.amazon.com`;
  return `https://${domain}/${service}/home?region=${region}`;
}
