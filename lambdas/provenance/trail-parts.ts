import { fieldsOf, type TrailEvent, thingOf } from './trail-events.ts';

/**
 * What a service deletes together with everything in it: the key under which a call names it, and its kind. A call that
 * names something under another key merely uses it.
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

/** @returns kind and name of what the call put something into */
export function containersOf(event: TrailEvent): { kind: string; name: string }[] {
  const kinds = CONTAINERS[event.source] ?? {};
  const named = new Map(Object.entries(kinds).map(([key, kind]) => [key.toLowerCase(), kind]));
  return fieldsOf(event.request, event.name).flatMap(([key, name]) => {
    const kind = named.get(key);
    return kind && kind !== thingOf(event.name) ? [{ kind, name }] : [];
  });
}

/** A thing by which `containersOf` may name it: of one service, in one region, of one kind. */
export const containerKey = ({ source, region }: TrailEvent, kind: string, name: string) =>
  JSON.stringify([source, region, kind, name]);
