import { Aws } from 'aws-cdk-lib';
import { backendName, type KeptNames } from '../../lambdas/contracts/kept-backend.ts';
import { environmentNames } from '../../lambdas/contracts/naming.ts';

/** This module contains IAM patterns of the names of environments' resources. */

/** Returns `order-platform-*-v3` for `order-platform-{environment}-v3`. */
export function nameGlob(namePattern: string): string {
  return namePattern.replace('{environment}', '*');
}

/**
 * Returns `order-platform-*` for `order-platform-{environment}-v3`. The pattern is for names that may have been
 * shortened after their head.
 */
export function headGlob(namePattern: string): string {
  return `${namePattern.slice(0, namePattern.indexOf('{'))}*`;
}

/** The backends of environments have these names. A backend that is kept has no state but that of the runbook. */
export interface Backends {
  namePattern: string;
  keepBackend?: boolean | KeptNames | undefined;
}

const glob = (pattern: string) => backendName(pattern, { environment: '*', account: Aws.ACCOUNT_ID });

/** Returns the ARN of the state buckets of all environments. */
export function stateBuckets({ namePattern, keepBackend }: Backends): string {
  const pattern = typeof keepBackend === 'object' ? keepBackend.bucket : `${namePattern}-tfstate-{account}`;
  return `arn:${Aws.PARTITION}:s3:::${glob(pattern)}`;
}

/** Returns the ARN of the objects there. A bucket of a team's own may have others than those of the runbook. */
export function stateObjects(backends: Backends): string {
  const { stateKey } = environmentNames('', '', '');
  return `${stateBuckets(backends)}/${typeof backends.keepBackend === 'object' ? `${stateKey}*` : '*'}`;
}

/** Returns the resource of the lock tables of all environments. */
export function lockTables({ namePattern, keepBackend }: Backends): string {
  const pattern = (typeof keepBackend === 'object' ? keepBackend.table : undefined) ?? `${namePattern}-tflock`;
  return `table/${glob(pattern)}`;
}
