import type { AwsRequest } from '../../service.ts';
import type { Context, Place } from '../access.ts';
import { arnOf, lastOf, listed, text, texts } from '../parameters.ts';
import { elasticloadbalancing, rds } from './by-kind.ts';

/** The call is about these resources, and these condition keys come with it. */
export interface About {
  resources: string[];
  context?: Context;
}

/**
 * Returns the resources of an operation, by service.
 * @returns undefined for operations that are not listed here; those without any resource are listed elsewhere
 */
export type Resources = (
  operation: string,
  request: Pick<AwsRequest, 'params' | 'url'>,
  place: Place,
) => About[] | undefined;

/** Callers give ECS names or ARNs. */
const ecs: Resources = (operation, { params }, place) => {
  const arn = arnOf('ecs', place);
  const cluster = lastOf(text(params.cluster) ?? 'default');
  const context = { 'ecs:cluster': arn(`cluster/${cluster}`) };
  const inCluster = (kind: string, names: readonly string[]): About[] => [
    { resources: names.map((name) => arn(`${kind}/${cluster}/${lastOf(name)}`)), context },
  ];
  switch (operation) {
    case 'CreateCluster':
      return about(arn(`cluster/${text(params.clusterName) ?? 'default'}`));
    case 'UpdateCluster':
    case 'UpdateClusterSettings':
    case 'DeleteCluster':
      return about(arn(`cluster/${cluster}`));
    case 'DescribeClusters':
      return about(...texts(params.clusters).map((name) => arn(`cluster/${lastOf(name)}`)));
    case 'CreateService':
      return inCluster('service', texts([params.serviceName]));
    case 'DescribeServices':
      return inCluster('service', texts(params.services));
    case 'UpdateService':
    case 'DeleteService':
      return inCluster('service', texts([params.service]));
    case 'DescribeTasks':
      return inCluster('task', texts(params.tasks));
    case 'StopTask':
      return inCluster('task', texts([params.task]));
    case 'ListServices':
    case 'ListTasks':
      return [{ resources: ['*'], context }];
    case 'RegisterTaskDefinition':
      return about(arn(`task-definition/${text(params.family)}:*`));
    default:
      return byArn(params.resourceArn);
  }
};

const logs: Resources = (operation, { params }, place) => {
  const arn = arnOf('logs', place);
  if (operation === 'DescribeLogGroups') return about(arn('log-group:*'));
  const group = text(params.logGroupName);
  // A call about a group needs the permission on a stream without a name.
  return group
    ? about(arn(`log-group:${group}:log-stream:${text(params.logStreamName) ?? ''}`))
    : byArn(params.resourceArn);
};

const sqs: Resources = (_operation, { params }, place) => {
  const name = text(params.QueueName) ?? (text(params.QueueUrl) && lastOf(text(params.QueueUrl) ?? ''));
  return name ? about(arnOf('sqs', place)(name)) : undefined;
};

const codebuild: Resources = (operation, { params }, place) => {
  const ids = texts(params.ids ?? [params.id ?? params.projectName ?? params.name]);
  const projects = [...new Set(ids.map((id) => id.split(':')[0] ?? ''))];
  return projects.length > 0 && operation !== 'BatchGetProjects'
    ? about(...projects.map((name) => arnOf('codebuild', place)(`project/${name}`)))
    : undefined;
};

const scheduler: Resources = (_operation, { url, params }, place) => {
  const name = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
  const group = url.searchParams.get('groupName') ?? text(params.GroupName) ?? 'default';
  return about(arnOf('scheduler', place)(`schedule/${group}/${name}`));
};

const cloudwatch: Resources = (operation, { params }, place) => {
  const dashboards = [...texts([params.DashboardName]), ...listed(params, 'DashboardNames')];
  if (operation.includes('Dashboard')) {
    return dashboards.length > 0
      ? about(...dashboards.map((name) => `arn:aws:cloudwatch::${place.accountId}:dashboard/${name}`))
      : undefined;
  }
  const alarms = [...texts([params.AlarmName]), ...listed(params, 'AlarmNames')];
  if (operation === 'DescribeAlarms' && alarms.length === 0) alarms.push('*');
  return alarms.length > 0
    ? about(...alarms.map((name) => arnOf('cloudwatch', place)(`alarm:${name}`)))
    : byArn(params.ResourceARN);
};

/** A target has an id of AWS's own, which the account has once the target exists. */
const autoscaling: Resources = (operation, { params }, place) => {
  const arn = arnOf('application-autoscaling', place);
  if (operation.startsWith('Describe')) return about('*');
  const context = {
    'application-autoscaling:service-namespace': text(params.ServiceNamespace) ?? '',
    'application-autoscaling:scalable-dimension': text(params.ScalableDimension) ?? '',
  };
  const target = text(params.ScalableTargetARN) ?? arn('scalable-target/*');
  return params.ResourceId ? [{ resources: [target], context }] : byArn(params.ResourceARN);
};

/** The rows have the kind in ARNs for each parameter; the one that a call is about comes first. */
const IAM_KINDS: readonly [parameter: string, kind: string][] = [
  ['InstanceProfileName', 'instance-profile'],
  ['RoleName', 'role'],
  ['UserName', 'user'],
  ['GroupName', 'group'],
];

const iam: Resources = (operation, { params }, { accountId }) => {
  const arn = (path: string) => about(`arn:aws:iam::${accountId}:${path}`);
  if (operation === 'SimulatePrincipalPolicy') return byArn(params.PolicySourceArn);
  if (operation === 'CreatePolicy') return arn(`policy/${text(params.PolicyName)}`);
  const [found] = IAM_KINDS.flatMap(([parameter, kind]) => {
    const name = text(params[parameter]);
    return name ? [`${kind}/${name}`] : [];
  });
  if (!found) return byArn(params.PolicyArn);
  // What is attached, or is to be the boundary.
  const policy = text(params.PolicyArn);
  return policy ? arn(found).map((one) => ({ ...one, context: { 'iam:PolicyARN': policy } })) : arn(found);
};

const repositories: Resources = (operation, { params }, place) => {
  const names = [...texts(params.repositoryNames), ...texts([params.repositoryName])];
  if (operation === 'DescribeRepositories' && names.length === 0) names.push('*');
  return names.length > 0
    ? about(...names.map((name) => arnOf('ecr', place)(`repository/${name}`)))
    : byArn(params.resourceArn);
};

/** The authorizer adds the function of a mapping that exists. */
function mappingOf({ url, params }: Pick<AwsRequest, 'params' | 'url'>, place: Place): About {
  const arn = arnOf('lambda', place);
  const [, , , id] = url.pathname.split('/');
  const [own] = byName(params.FunctionArn ?? params.FunctionName, arn, 'function:');
  return {
    resources: [arn(`event-source-mapping:${id || '*'}`)],
    ...(own ? { context: { 'lambda:FunctionArn': own } } : {}),
  };
}

export const RESOURCES: Readonly<Record<string, Resources>> = {
  ecs,
  logs,
  sqs,
  codebuild,
  scheduler,
  cloudwatch,
  rds,
  elasticloadbalancing,
  iam,
  ecr: repositories,
  'application-autoscaling': autoscaling,
  states: (_operation, { params }) => byArn(params.stateMachineArn ?? params.executionArn),
  sts: (_operation, { params }) => byArn(params.RoleArn),
  lambda: (operation, { url, params }, place) => {
    if (operation.endsWith('EventSourceMapping')) return [mappingOf({ url, params }, place)];
    const name = decodeURIComponent(url.pathname.split('/')[3] ?? '') || params.FunctionName;
    return about(...byName(name, arnOf('lambda', place), 'function:'));
  },
  sns: (_operation, { params }, place) => {
    if (params.Name) return about(arnOf('sns', place)(String(params.Name)));
    // The ARN of a subscription is that of its topic, with an id.
    return byArn(params.TopicArn ?? params.ResourceArn ?? text(params.SubscriptionArn)?.replace(/:[^:]+$/, ''));
  },
  dynamodb: (operation, { params }, place) => {
    if (!params.TableName) return byArn(params.ResourceArn);
    const resources = byName(params.TableName, arnOf('dynamodb', place), 'table/');
    return [operation === 'UpdateItem' ? { resources, context: attributesOf(params) } : { resources }];
  },
  events: (operation, { params }, place) => {
    // The lab's own call for a target of a rule has the whole ARN.
    if (operation === 'InvokeApiDestination') return byArn(params.Arn);
    const [kind] = /Connection$|ApiDestination$/.exec(operation) ?? [];
    if (kind && text(params.Name)) {
      const type = kind === 'Connection' ? 'connection' : 'api-destination';
      return about(arnOf('events', place)(`${type}/${text(params.Name)}`));
    }
    const rule = text(params.Name) ?? text(params.Rule);
    return rule ? about(arnOf('events', place)(`rule/${rule}`)) : byArn(params.ResourceARN);
  },
  ssm: (_operation, { params }, place) => {
    const tagged = params.ResourceType === 'Parameter' ? [params.ResourceId] : [];
    const names = [...texts([params.Name, ...tagged]), ...texts(params.Names)];
    return names.length > 0
      ? about(...names.map((name) => arnOf('ssm', place)(`parameter/${name.replace(/^\//, '')}`)))
      : undefined;
  },
  kms: (operation, { params }, place) => {
    const arn = arnOf('kms', place);
    // KMS also asks for the tags of a new key, on a key whose id nobody knows.
    if (operation === 'CreateKey') return about(arn('key/*'));
    const key = params.KeyId ?? params.TargetKeyId;
    const resources = [
      ...(params.AliasName ? [arn(String(params.AliasName))] : []),
      ...(key ? byName(key, arn, 'key/') : []),
    ];
    return resources.length > 0 ? about(...resources) : undefined;
  },
  secretsmanager: (_operation, { params }, place) => {
    // CreateSecret has only the name.
    const secret = params.SecretId ?? params.Name;
    return secret ? about(...byName(secret, arnOf('secretsmanager', place), 'secret:')) : undefined;
  },
};

/**
 * Returns the attributes that a change of an item names, in its key and its expressions, and what it returns of the
 * item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
function attributesOf(params: AwsRequest['params']): Context {
  const expressions = texts([params.UpdateExpression, params.ConditionExpression]).join(' ');
  const bare = expressions.match(/(?<![#:\w.])[a-z]\w*(?!\w*\s*\()/g) ?? [];
  const named = Object.values((params.ExpressionAttributeNames ?? {}) as Record<string, string>);
  const key = Object.keys((params.Key ?? {}) as object);
  return {
    'dynamodb:Attributes': [...new Set([...key, ...named, ...bare])].sort(),
    ...(typeof params.ReturnValues === 'string' ? { 'dynamodb:ReturnValues': params.ReturnValues } : {}),
  };
}

const about = (...resources: string[]): About[] => [{ resources }];

function byArn(arn: unknown): About[] | undefined {
  return typeof arn === 'string' && arn.startsWith('arn:') ? about(arn) : undefined;
}

function byName(name: unknown, arn: (resource: string) => string, kind: string): string[] {
  return [String(name).startsWith('arn:') ? String(name) : arn(`${kind}${name}`)];
}
