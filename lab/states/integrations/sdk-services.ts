import { createRequire } from 'node:module';

/**
 * The map has the SDK package of `aws-sdk:<service>`. Step Functions takes the service names of the Java SDK,
 * lower-cased; the packages here have hyphens and, in some cases, another name.
 */
const PACKAGES: Record<string, string> = {
  applicationautoscaling: 'application-auto-scaling',
  cloudwatchlogs: 'cloudwatch-logs',
  elasticloadbalancingv2: 'elastic-load-balancing-v2',
  resourcegroupstaggingapi: 'resource-groups-tagging-api',
  secretsmanager: 'secrets-manager',
};

/** Errors have these names, where they are not the client class's own. */
const ERROR_NAMES: Record<string, string> = {
  DynamoDB: 'DynamoDb',
  EC2: 'Ec2',
  ECR: 'Ecr',
  ECS: 'Ecs',
  IAM: 'Iam',
  KMS: 'Kms',
  RDS: 'Rds',
  ResourceGroupsTaggingAPI: 'ResourceGroupsTaggingApi',
  SFN: 'Sfn',
  SNS: 'Sns',
  SQS: 'Sqs',
  SSM: 'Ssm',
  STS: 'Sts',
};

type Command = (input: Record<string, unknown>) => unknown;

export interface SdkModule {
  /** The name is that of the client class without "Client": `CodeBuild`, `S3`. */
  readonly name: string;
  /** The service has this name in the names of its errors. */
  readonly errorName: string;
  readonly Client: new (configuration: object) => unknown;
  /** @param action in camelCase, as in a Resource ARN. @throws RangeError when there is none */
  command(action: string): Command;
  /** Returns whether the service's model has this exception. */
  models(exception: string): boolean;
}

const require = createRequire(import.meta.url);

/** Returns whether the client of a service is installed and has the action. */
export function hasAction(service: string, action: string): boolean {
  const name = packageOf(service);
  // The CommonJS build is required, since a definition is judged synchronously.
  const camelCase = /^[a-z]/.test(action);
  return name !== undefined && camelCase && commandName(action) in (require(name) as Record<string, unknown>);
}

/** Returns the same as findService(), synchronously. @throws RangeError when no client for the service is installed */
export function loadService(service: string): SdkModule {
  const name = packageOf(service);
  if (name === undefined) throw new RangeError(`no SDK client is installed for the service '${service}'`);
  return describe(require(name) as Record<string, unknown>);
}

/** @returns undefined when no client for the service is installed */
export async function findService(service: string): Promise<SdkModule | undefined> {
  const name = packageOf(service);
  return name === undefined ? undefined : describe((await import(name)) as Record<string, unknown>);
}

function packageOf(service: string): string | undefined {
  const name = `@aws-sdk/client-${PACKAGES[service] ?? service}`;
  try {
    require.resolve(name);
    return name;
  } catch {
    return undefined;
  }
}

const commandName = (action: string) => `${action.charAt(0).toUpperCase()}${action.slice(1)}Command`;

type Class = new (input: object) => unknown;

function describe(module: Record<string, unknown>): SdkModule {
  const base = Object.keys(module).find((key) => key.endsWith('ServiceException') && `${stem(key)}Client` in module);
  if (!base) throw new Error('not an SDK client package');
  const name = stem(base);
  return {
    name,
    errorName: ERROR_NAMES[name] ?? name,
    Client: module[`${name}Client`] as Class,
    command(action) {
      const found = module[commandName(action)];
      if (!found) throw new RangeError(`${name} has no action ${action}`);
      return (input) => new (found as Class)(input);
    },
    models: (exception) => exception in module,
  };
}

const stem = (name: string) => name.slice(0, -'ServiceException'.length);
