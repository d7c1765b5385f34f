import type { EnvironmentVariable } from '@aws-sdk/client-codebuild';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientConfig } from '../context.ts';
import { type Buildspec, PhaseError } from './buildspec.ts';

/**
 * Returns the variables that a build's commands see: those of the buildspec, overridden by those of the project and of
 * StartBuild, with parameters and secrets read on behalf of the build's role.
 * @throws PhaseError
 */
export async function resolveVariables(
  config: ClientConfig,
  buildspec: Buildspec,
  given: readonly EnvironmentVariable[],
): Promise<Record<string, string>> {
  const { variables, 'parameter-store': parameters, 'secrets-manager': secrets } = buildspec.env;
  const all: EnvironmentVariable[] = [
    ...Object.entries(variables).map(([name, value]) => ({ name, value, type: 'PLAINTEXT' as const })),
    ...Object.entries(parameters).map(([name, value]) => ({ name, value, type: 'PARAMETER_STORE' as const })),
    ...Object.entries(secrets).map(([name, value]) => ({ name, value, type: 'SECRETS_MANAGER' as const })),
    ...given,
  ];
  const last = new Map(all.map((variable) => [variable.name ?? '', variable]));
  const resolved: Record<string, string> = {};
  for (const [name, variable] of last) resolved[name] = await resolve(config, variable);
  return resolved;
}

/** Overrides win by name; the order of the project's list is kept. */
export function mergeVariables(
  project: readonly EnvironmentVariable[] = [],
  overrides: readonly EnvironmentVariable[] = [],
): EnvironmentVariable[] {
  const merged = new Map([...project, ...overrides].map((variable) => [variable.name, variable]));
  return [...merged.values()].map((variable) => ({ ...variable, type: variable.type ?? 'PLAINTEXT' }));
}

async function resolve(config: ClientConfig, { value = '', type }: EnvironmentVariable): Promise<string> {
  if (type === 'PARAMETER_STORE') return parameter(config, value);
  if (type === 'SECRETS_MANAGER') return secret(config, value);
  return value;
}

async function parameter(config: ClientConfig, name: string): Promise<string> {
  try {
    // The role of a build needs ssm:GetParameters: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    const answer = await new SSMClient(config).send(new GetParametersCommand({ Names: [name], WithDecryption: true }));
    const [found] = answer.Parameters ?? [];
    if (!found) throw new Error(`Parameter ${name} does not exist`);
    return found.Value ?? '';
  } catch (error) {
    throw new PhaseError('Decrypted Variables Error', `Parameter Store Error Message: ${(error as Error).message}`);
  }
}

/** @param reference `secret-id:json-key:version-stage:version-id`, all but the first optional; the id may be an ARN */
async function secret(config: ClientConfig, reference: string): Promise<string> {
  const parts = reference.split(':');
  const id = reference.startsWith('arn:') ? parts.splice(0, 7).join(':') : (parts.shift() ?? '');
  const [key, stage, version] = parts;
  try {
    const answer = await new SecretsManagerClient(config).send(
      new GetSecretValueCommand({ SecretId: id, VersionStage: stage || undefined, VersionId: version || undefined }),
    );
    const text = answer.SecretString ?? '';
    if (!key) return text;
    const field = (JSON.parse(text) as Record<string, unknown>)[key];
    if (field === undefined) throw new Error(`Secret ${id} has no key ${key}`);
    return String(field);
  } catch (error) {
    throw new PhaseError('Decrypted Variables Error', `Secrets Manager Error Message: ${(error as Error).message}`);
  }
}
