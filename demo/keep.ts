import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Lab } from '../lab/index.ts';
import type { Deployment } from './deploy.ts';

export interface Kept {
  lab: Pick<Lab, 'endpoint' | 'environment'>;
  deployment: Pick<Deployment, 'machines'>;
  environment: string;
  /** This is the address of the board that is served on this machine. */
  board: string;
  /** This is the address of the environment's load balancer. It is absent when the provision returned none. */
  address: string | undefined;
  /** The lab's variables are written to this file. */
  file: string;
}

/** Writes the lab's variables, for shells and for `npx runbook --env-file`. */
export async function saveVariables({ lab, file }: Kept): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const lines = Object.entries(lab.environment).map(([name, value]) => `export ${name}=${value}\n`);
  await writeFile(file, lines.join(''));
}

/** Returns instructions for an operator who continues by hand in a lab that stays up. */
export function howToGoOn({ lab, deployment: { machines }, environment, board, address, file }: Kept): string[] {
  return [
    '',
    `board     ${board}`,
    '',
    `The lab stays up until Ctrl-C. Its variables are in ${file}. In another terminal:`,
    '',
    `  source ${file}`,
    '  npx runbook status',
    `  npx runbook validate ${environment} --orders 5`,
    `  npx runbook open ${environment} report`,
    `  npx runbook teardown ${environment}`,
    `  aws stepfunctions list-executions --state-machine-arn ${machines.provision}`,
    ...(address ? [`  http_proxy=${lab.endpoint} curl ${address}/actuator/health`] : []),
    '',
    'The board, the report and the certificate are pages: open the address above in a browser.',
    'Use version 2 of the AWS CLI: version 1 sends "aws sqs" to AWS, whatever AWS_ENDPOINT_URL says.',
    '',
  ];
}
