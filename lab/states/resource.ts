/** The type has the parts of a Task's Resource. */
export type Resource =
  /** The Resource is a Lambda function's own ARN. */
  | { kind: 'function'; arn: string }
  /**
   * The Resource is a service integration: `arn:aws:states:::<resourceType>:<resource>`, where `resource` is the action
   * and its pattern.
   */
  | { kind: 'integration'; resourceType: string; resource: string; action: string; waitForTaskToken: boolean };

const FUNCTION = /^arn:[^:]+:lambda:[^:]+:[^:]+:function:.+$/;
const INTEGRATION = /^arn:[^:]+:states:::((?:aws-sdk:)?[a-z0-9]+):(.+)$/;
const TOKEN_SUFFIX = '.waitForTaskToken';

/** @returns undefined for a text that is not a Resource of a Task */
export function parseResource(arn: string): Resource | undefined {
  if (FUNCTION.test(arn)) return { kind: 'function', arn };
  const [, resourceType, resource] = INTEGRATION.exec(arn) ?? [];
  if (!resourceType || !resource) return undefined;
  const waitForTaskToken = resource.endsWith(TOKEN_SUFFIX);
  const action = waitForTaskToken ? resource.slice(0, -TOKEN_SUFFIX.length) : resource;
  return { kind: 'integration', resourceType, resource, action, waitForTaskToken };
}
