/**
 * Describes a kind that AWS Cloud Control API reads. There is one row for each CloudFormation type. The type's schema
 * (aws cloudformation describe-type) says whether the type can be listed, what identifies it, and which permissions its
 * handlers need.
 */
export interface GenericKind {
  /** The value is a CloudFormation type. */
  type: string;
  /**
   * `service` is the service in the ARNs of the kind, and `resource` matches their resource part. The first group is
   * the identifier.
   */
  arn?: readonly [service: string, resource: RegExp];
  /** Builds the identifier from the match of the ARN. Without it, the first group is the identifier. */
  identifier?: (match: RegExpExecArray, arn: string) => string;
  terraform?: readonly string[];
  /**
   * The kind is searched by name: by its identifier, or by a property, for which a resource is read if the list does
   * not contain it. A type without it cannot be listed, or the environment does not choose its names.
   */
  named?: 'identifier' | 'Name' | 'BrokerName' | 'UserPoolName' | 'FileSystemTags';
  /** The model narrows the list down, where the type demands it. */
  model?: string;
  /** The resource can be read by its identifier. Otherwise the list of its type says whether it exists. */
  readable?: true;
  /** The resource is in no region. */
  global?: true;
  /**
   * The resource is a part. If the state lists it, it is read only where the run does not have its parent. If a tag
   * names it, it is read wherever it is.
   */
  part?: true;
  /** The kind is read only in other regions, since a sweeper of its own searches for it in the environment's region. */
  elsewhere?: true;
  /** These are the permissions of the handlers that are called: list, and read where the kind is readable. */
  actions: readonly string[];
  /** The text says what the resource costs by existing. It is absent for what costs nothing by itself. */
  costs?: string;
}

/** The identifier is the ARN itself. */
export const ARN = (_: RegExpExecArray, arn: string) => arn;
const NAME = '([^:/]+)';
/** Returns the pattern of a name after `start`. */
export const at = (start: string) => new RegExp(`^${start}${NAME}$`);
