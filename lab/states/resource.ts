/** A Task's Resource, taken apart. */
export type Resource =
  /** A Lambda function by its own ARN. */
  | { kind: 'function'; arn: string }
  /** A service integration: `arn:aws:states:::<resourceType>:<resource>`, where `resource` is the action and its pattern. */
  | { kind: 'integration'; resourceType: string; resource: string; action: string; waitForTaskToken: boolean };

const FUNCTION = /^arn:[^:]+:lambda:[^:]+:[^:]+:function:.+$/;
const INTEGRATION = /^arn:[^:]+:states:::((?:aws-sdk:)?[a-z0-9]+):(.+)$/;
const TOKEN_SUFFIX = '.waitForTaskToken';

/** @returns undefined for what is no Resource of a Task */
export function parseResource(arn: string): Resource | undefined {
  if (FUNCTION.test(arn)) return { kind: 'function', arn };
  const [, resourceType, resource] = INTEGRATION.exec(arn) ?? [];
  if (!resourceType || !resource) return undefined;
  const waitForTaskToken = resource.endsWith(TOKEN_SUFFIX);
  const action = waitForTaskToken ? resource.slice(0, -TOKEN_SUFFIX.length) : resource;
  return { kind: 'integration', resourceType, resource, action, waitForTaskToken };
}
