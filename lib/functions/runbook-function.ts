import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FUNCTIONS, type LambdaName, manifestOf } from '../../lambdas/contracts/functions.ts';
import { type Grant, LeastPrivilegeRole } from '../iam/role.ts';
import { functionName } from '../names.ts';

export interface HandlerFunctionProps {
  /** This is the folder of the bundle. */
  bundle: string;
  /** This is the part of the name after `runbook-`. */
  name: string;
  /** The function has the variables and limits of this handler. */
  handler: LambdaName;
  /** These are the values of all variables. The function gets those that its handler needs. */
  variables: Readonly<Record<string, string>>;
  grants: readonly Grant[];
  logRetention: logs.RetentionDays;
  /** The queue receives events that could not be handled, for functions that are invoked asynchronously. */
  deadLetterQueue?: sqs.IQueue;
}

/** A Lambda function of `lambdas/handlers/`, or a team's own check, has one bundle, one role and one log group. */
export class HandlerFunction extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const { handler } = props;
    const name = functionName(props.name);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${name}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new LeastPrivilegeRole(this, 'Role', {
      service: 'lambda.amazonaws.com',
      description: `What ${name} may do`,
      grants: [
        ...props.grants,
        {
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
          wildcardReason: 'Streams of the function’s own log group.',
        },
        {
          actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
          resources: ['*'],
          wildcardReason: 'X-Ray knows no resource for traces.',
        },
        ...(props.deadLetterQueue
          ? [{ actions: ['sqs:SendMessage'], resources: [props.deadLetterQueue.queueArn] }]
          : []),
      ],
    });
    // There is no reserved concurrency, because it would have to leave 100 unreserved, or all 10 of a new account.
    // Possible bursts are limited at their source: by one owner for each environment, CodeBuild's quota, and five
    // simultaneous teardowns.
    this.function = new lambda.Function(this, 'Function', {
      functionName: name,
      code: lambda.Code.fromAsset(props.bundle),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      timeout: Duration.seconds(FUNCTIONS[handler].timeoutSeconds),
      memorySize: FUNCTIONS[handler].memoryMb,
      environment: environmentOf(handler, props.variables),
      role: role.immutable,
      logGroup,
      tracing: lambda.Tracing.ACTIVE,
      ...(props.deadLetterQueue ? { deadLetterQueue: props.deadLetterQueue } : {}),
    });
  }
}

function environmentOf(handler: LambdaName, variables: Readonly<Record<string, string>>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of manifestOf(handler).variables) {
    const value = variables[name];
    if (value === undefined) throw new Error(`no value for ${name}, which ${handler} needs`);
    environment[name] = value;
  }
  requireSmall(handler, environment);
  return environment;
}

/**
 * Bytes of all names and values as JSON: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. The error of Lambda quotes
 * the text that it measures: https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594
 */
const LARGEST = 4_096;
/** Characters of what a token stands for: a region, an account, or the name or the ARN of a resource. */
const OF_TOKEN = 64;

/** @throws {Error} for variables that Lambda would refuse in the middle of a deployment */
function requireSmall(handler: string, environment: Readonly<Record<string, string>>): void {
  const known = Object.entries(environment).map(
    ([name, value]) => [name, value.replaceAll(/\$\{Token\[[^\]]*\]\}/g, 'x'.repeat(OF_TOKEN))] as const,
  );
  const size = Buffer.byteLength(JSON.stringify(Object.fromEntries(known)));
  if (size <= LARGEST) return;
  const [largest] = known.toSorted(([, one], [, other]) => other.length - one.length);
  throw new Error(
    `runbook.config.ts: the environment of the function ${handler} has ${size} bytes, and Lambda takes ${LARGEST}. The most are of ${largest?.[0]}: configure less of what it has`,
  );
}
