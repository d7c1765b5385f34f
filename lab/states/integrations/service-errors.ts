import { StateError } from '../errors.ts';
import type { SdkModule } from './sdk-services.ts';

interface ServiceError {
  name: string;
  message: string;
  $metadata?: { httpStatusCode?: number; requestId?: string; extendedRequestId?: string };
  $fault?: string;
}

const suffixed = (name: string) => (/(Exception|Error)$/.test(name) ? name : `${name}Exception`);

/**
 * Returns the error with the name that the SDK integrations give it: `S3.NoSuchKeyException`, and `S3.S3Exception` for
 * an error that the model does not have.
 */
export function sdkError(module: SdkModule, error: unknown): StateError {
  const { errorName: service } = module;
  const failure = error as ServiceError;
  if (!failure.$metadata?.httpStatusCode)
    return new StateError(`${service}.SdkClientException`, String(failure.message));
  const { httpStatusCode, requestId = 'null', extendedRequestId } = failure.$metadata;
  const name = module.models(failure.name) ? suffixed(failure.name) : `${service}Exception`;
  const ids = extendedRequestId ? `${requestId}, Extended Request ID: ${extendedRequestId}` : requestId;
  const details = `(Service: ${service}, Status Code: ${httpStatusCode}, Request ID: ${ids}) (SDK Attempt Count: 1)`;
  return new StateError(`${service}.${name}`, `${failure.message} ${details}`);
}

/** The optimized integrations are built on an older SDK. They name service and unknown errors in this way. */
const OPTIMIZED: Record<string, { service: string; unknown: string }> = {
  Lambda: { service: 'AWSLambda', unknown: 'AWSLambdaException' },
  DynamoDB: { service: 'AmazonDynamoDBv2', unknown: 'AmazonDynamoDBException' },
  SNS: { service: 'AmazonSNS', unknown: 'AmazonSNSException' },
  SQS: { service: 'AmazonSQS', unknown: 'AmazonSQSException' },
  StepFunctions: { service: 'AWSStepFunctions', unknown: 'AWSStepFunctionsException' },
  CodeBuild: { service: 'AWSCodeBuild', unknown: 'AWSCodeBuildException' },
  ECS: { service: 'AmazonECS', unknown: 'AmazonECSException' },
};

/**
 * Returns the error with the name that the optimized integrations give it: `Lambda.TooManyRequestsException`,
 * `DynamoDB.AmazonDynamoDBException`.
 */
export function optimizedError(prefix: string, error: unknown, module: SdkModule): StateError {
  const failure = error as ServiceError;
  const { service, unknown } = OPTIMIZED[prefix] ?? { service: prefix, unknown: `${prefix}Exception` };
  if (!failure.$metadata?.httpStatusCode)
    return new StateError(`${prefix}.SdkClientException`, String(failure.message));
  const { httpStatusCode, requestId } = failure.$metadata;
  const code = failure.name;
  const name = module.models(code) ? suffixed(code) : unknown;
  const details = `Service: ${service}; Status Code: ${httpStatusCode}; Error Code: ${code}; Request ID: ${requestId ?? 'null'}; Proxy: null`;
  return new StateError(`${prefix}.${name}`, `${failure.message} (${details})`);
}
