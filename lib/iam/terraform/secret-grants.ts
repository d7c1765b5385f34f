import { Aws } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../../config/config.ts';
import { type SecretReference, secretsOf } from '../../config/stack-variables.ts';
import { arn } from '../../names.ts';
import type { Grant } from '../role.ts';

const BY_NAME =
  'Environments come and go, and the secrets of each are known by its name; AWS adds six characters to the ARN of a secret.';

/** Returns the permission to read the secrets in `stack.variables`, and nothing else. */
export function secretGrants(construct: Construct, { stack }: Pick<Config, 'stack'>): Grant[] {
  return readGrants(construct, secretsOf(stack), 'ssm:GetParameter');
}

/**
 * Returns the permission to read these secrets.
 * @param parameters is the action by which parameters are read; CodeBuild itself reads several at once
 */
export function readGrants(
  construct: Construct,
  all: readonly SecretReference[],
  parameters: 'ssm:GetParameter' | 'ssm:GetParameters',
): Grant[] {
  const keys = [...new Set(all.flatMap(({ kmsKey }) => kmsKey ?? []))];
  const services = (['ssm', 'secretsmanager'] as const).map((service) => `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`);
  return [
    ...read(
      parameters,
      all.flatMap((one) => ('ssm' in one ? parameterArn(construct, one) : [])),
    ),
    ...read(
      'secretsmanager:GetSecretValue',
      all.flatMap((one) => ('secretsManager' in one ? secretArn(construct, one) : [])),
    ),
    ...(keys.length > 0
      ? [{ actions: ['kms:Decrypt'], resources: keys, conditions: { StringEquals: { 'kms:ViaService': services } } }]
      : []),
  ];
}

function read(action: string, resources: readonly string[]): Grant[] {
  return resources.length > 0
    ? [{ actions: [action], resources: [...new Set(resources)], wildcardReason: BY_NAME }]
    : [];
}

const ofAnyEnvironment = (text: string) => text.replaceAll('{environment}', '*');

function parameterArn(construct: Construct, { ssm }: Extract<SecretReference, { ssm: string }>): string {
  if (ssm.startsWith('arn:')) return ofAnyEnvironment(ssm);
  return arn(construct, 'ssm', `parameter/${ofAnyEnvironment(ssm).replace(/^\//, '')}`);
}

function secretArn(
  construct: Construct,
  { secretsManager }: Extract<SecretReference, { secretsManager: string }>,
): string {
  if (secretsManager.startsWith('arn:')) return secretsManager;
  return arn(construct, 'secretsmanager', `secret:${ofAnyEnvironment(secretsManager)}-??????`);
}
