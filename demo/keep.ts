import type { Lab } from '../lab/lab.ts';
import type { Deployment } from './deploy.ts';

/** What an operator needs to go on by hand in a lab that stays up. */
export function howToGoOn(lab: Lab, { machines }: Deployment, environment: string): string[] {
  const input = JSON.stringify({ environment });
  return [
    '',
    'The lab stays up until Ctrl-C. In another terminal:',
    '',
    ...Object.entries(lab.environment).map(([name, value]) => `  export ${name}=${value}`),
    '',
    `  aws stepfunctions start-execution --endpoint-url ${lab.endpoint} --state-machine-arn ${machines.validate} --input '${input}'`,
    `  aws stepfunctions list-executions --endpoint-url ${lab.endpoint} --state-machine-arn ${machines.provision}`,
    `  aws stepfunctions start-execution --endpoint-url ${lab.endpoint} --state-machine-arn ${machines.teardown} --input '${input}'`,
    '',
    'Load balancers answer through the lab as a proxy:',
    '',
    `  http_proxy=${lab.endpoint} curl http://<alb_dns_name>/actuator/health`,
    '',
  ];
}
