import { fieldsOf, type TrailEvent, thingOf } from './trail-events.ts';

/**
 * A service deletes such a container together with everything in it. The keys are those under which a call names the
 * container, and the values are its kinds. A call that names a resource under another key only uses it.
 */
const CONTAINERS: Record<string, Record<string, string>> = {
  apigateway: { apiId: 'Api', restApiId: 'RestApi' },
  autoscaling: { autoScalingGroupName: 'AutoScalingGroup' },
  'cognito-idp': { userPoolId: 'UserPool' },
  dynamodb: { tableName: 'Table' },
  ec2: { networkAclId: 'NetworkAcl', routeTableId: 'RouteTable' },
  ecr: { repositoryName: 'Repository' },
  ecs: { cluster: 'Cluster' },
  elasticloadbalancing: { loadBalancerName: 'LoadBalancer', targetGroupArn: 'TargetGroup', listenerArn: 'Listener' },
  events: { rule: 'Rule' },
  iam: { groupName: 'Group', policyArn: 'Policy', roleName: 'Role', userName: 'User' },
  kms: { keyId: 'Key' },
  lambda: { functionName: 'Function' },
  logs: { logGroupName: 'LogGroup' },
  s3: { bucketName: 'Bucket' },
  secretsmanager: { secretId: 'Secret' },
  sns: { topicArn: 'Topic' },
};

/** @returns kind and name of the containers into which the call put something */
export function containersOf(event: TrailEvent): { kind: string; name: string }[] {
  const kinds = CONTAINERS[event.source] ?? {};
  const named = new Map(Object.entries(kinds).map(([key, kind]) => [key.toLowerCase(), kind]));
  return fieldsOf(event.request, event.name).flatMap(([key, name]) => {
    const kind = named.get(key);
    return kind && kind !== thingOf(event.name) ? [{ kind, name }] : [];
  });
}

/** Returns a key for a container of `containersOf`: of one service, in one region, of one kind. */
export const containerKey = ({ source, region }: TrailEvent, kind: string, name: string) =>
  JSON.stringify([source, region, kind, name]);
