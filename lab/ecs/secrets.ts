import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { LabContext } from '../context.ts';
import { TaskStartError } from './failure.ts';
import { asRole } from './role.ts';

export type SecretReference =
  | { store: 'secretsmanager'; id: string; key?: string; versionStage?: string; versionId?: string }
  | { store: 'ssm'; name: string };

/**
 * The value is `arn:aws:secretsmanager:…:secret:name[:json-key:version-stage:version-id]`, or a parameter's ARN or
 * name.
 */
export function parseValueFrom(valueFrom: string): SecretReference {
  const parts = valueFrom.split(':');
  if (parts[2] !== 'secretsmanager') {
    const name = parts[2] === 'ssm' ? (parts[5] ?? '').replace(/^parameter/, '') : valueFrom;
    // The ARN of a parameter without a path has one slash that is not part of its name.
    return { store: 'ssm', name: name.lastIndexOf('/') === 0 ? name.slice(1) : name };
  }
  const [key, versionStage, versionId] = parts.slice(7);
  return {
    store: 'secretsmanager',
    id: parts.slice(0, 7).join(':'),
    ...(key ? { key } : {}),
    ...(versionStage ? { versionStage } : {}),
    ...(versionId ? { versionId } : {}),
  };
}

/**
 * Returns the values of a container's `secrets`, fetched as the execution role.
 * @throws TaskStartError with ECS's ResourceInitializationError
 */
export async function resolveSecrets(
  context: LabContext,
  container: ContainerDefinition,
  executionRoleArn: string | undefined,
): Promise<Record<string, string>> {
  const client = asRole(context, executionRoleArn);
  const entries = await Promise.all(
    (container.secrets ?? []).map(async ({ name, valueFrom }) => {
      const reference = parseValueFrom(valueFrom ?? '');
      const value =
        reference.store === 'ssm'
          ? await readParameter(new SSMClient(client), reference.name)
          : await readSecret(new SecretsManagerClient(client), reference);
      return [name ?? '', value] as const;
    }),
  );
  return Object.fromEntries(entries);
}

async function readSecret(
  client: SecretsManagerClient,
  reference: Extract<SecretReference, { store: 'secretsmanager' }>,
): Promise<string> {
  const from = 'unable to retrieve secret from asm: service call has been retried 1 time(s)';
  let secret: string;
  try {
    const answer = await client.send(
      new GetSecretValueCommand({
        SecretId: reference.id,
        VersionStage: reference.versionStage,
        VersionId: reference.versionId,
      }),
    );
    secret = answer.SecretString ?? '';
  } catch (error) {
    const { name, message } = error as Error;
    throw unable(`${from}: failed to fetch secret ${reference.id} from secrets manager: ${name}: ${message}`);
  } finally {
    client.destroy();
  }
  if (!reference.key) return secret;
  const value = parseObject(secret)?.[reference.key];
  if (value === undefined) {
    throw unable(`${from}: retrieved secret from Secrets Manager did not contain json key ${reference.key}`);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function readParameter(client: SSMClient, name: string): Promise<string> {
  const from = 'unable to retrieve secrets from ssm: service call has been retried 1 time(s)';
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return Parameter?.Value ?? '';
  } catch (error) {
    if ((error as Error).name === 'ParameterNotFound') throw unable(`${from}: invalid parameters: ${name}`);
    throw unable(`${from}: ${(error as Error).name}: ${(error as Error).message}`);
  } finally {
    client.destroy();
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed && typeof parsed === 'object' ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function unable(why: string): TaskStartError {
  return new TaskStartError(
    'ResourceInitializationError',
    `unable to pull secrets or registry auth: execution resource retrieval failed: ${why}`,
  );
}
