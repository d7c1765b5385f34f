import { type AwsRequest, type AwsResponse, json } from '../../../lab/service.ts';
import type { Page, Pager } from './pager.ts';
import type { Kind, Thing } from './population.ts';

type Params = Record<string, unknown>;
type Operation = (params: Params, pager: Pager) => object;

class ServiceError extends Error {
  constructor(name: string) {
    super('not found');
    this.name = name;
  }
}

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const startsWith = (prefix: unknown) => (one: Thing) => one.id.startsWith(String(prefix ?? ''));

/** Returns a list that the service cannot search. */
const list =
  (kind: Kind, size: number, token: string, render: (items: Thing[]) => object, next = token): Operation =>
  (params, pager) =>
    withToken(pager.list(kind, size, params[token]), render, next);

/** Returns a list of the things that have a prefix. */
const search =
  (kind: Kind, prefix: string, token: string, render: (items: Thing[]) => object): Operation =>
  (params, pager) =>
    withToken(pager.select(kind, 100, params[token], startsWith(params[prefix])), render, token);

function withToken({ items, next }: Page, render: (items: Thing[]) => object, token: string): object {
  return { ...render(items), ...(next === undefined ? {} : { [token]: next }) };
}

/** Returns one thing by its name, or by an ARN that ends in it. */
const one =
  (kind: Kind, param: string, error: string, render: (one: Thing) => object): Operation =>
  (params, pager) => {
    const asked = String([params[param]].flat()[0]);
    const id = asked.startsWith('arn:') ? (asked.split(/[/:]/).at(-1) ?? '') : asked;
    const found = pager.population.get(kind, id);
    if (!found) throw new ServiceError(error);
    return render(found);
  };

/** A planted thing that is found by its name has no tags, and the tags of a stranger are never requested. */
const untagged = { ListTagsForResource: () => ({ tags: [], Tags: [] }) };
const ids = (items: Thing[]) => items.map(({ id }) => id);
const clusterArn = ({ id }: Thing) => arn('ecs', `cluster/${id}`);
const secret = ({ id, name, tags = {} }: Thing) => ({
  ARN: arn('secretsmanager', `secret:${id}`),
  Name: name,
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});
const logGroup = ({ id }: Thing) => ({ logGroupName: id, storedBytes: 0 });

const tagFilters: Operation = ({ TagFilters }, pager) => {
  const filters = TagFilters as { Key: string; Values: string[] }[];
  const matches = ({ tags = {} }: Thing) => filters.every(({ Key, Values }) => Values.includes(tags[Key] ?? ''));
  // Only queues have tags that a test here reads, and the type that no sweeper has.
  const found = [
    ...ids(pager.all('queue', matches)).map((id) => arn('sqs', id)),
    ...ids(pager.all('ground-station', matches)).map((id) => arn('groundstation', `config/${id}`)),
  ];
  return { PaginationToken: '', ResourceTagMappingList: found.map((ResourceARN) => ({ ResourceARN })) };
};

const secrets: Operation = ({ Filters, NextToken }, pager) => {
  const filters = (Filters ?? []) as { Key: string; Values: string[] }[];
  const matches = (thing: Thing) =>
    filters.every(({ Key, Values }) => {
      const values =
        { name: [thing.name ?? ''], 'tag-key': Object.keys(thing.tags ?? {}) }[Key] ?? Object.values(thing.tags ?? {});
      return Values.some((prefix) => values.some((value) => value.startsWith(prefix)));
    });
  return withToken(
    pager.select('secret', 100, NextToken, matches),
    (items) => ({ SecretList: items.map(secret) }),
    'NextToken',
  );
};

const logGroups: Operation = ({ logGroupNamePattern, logGroupNamePrefix, nextToken }, pager) => {
  const matches = ({ id }: Thing) =>
    logGroupNamePattern ? id.includes(String(logGroupNamePattern)) : id.startsWith(String(logGroupNamePrefix));
  return withToken(
    pager.select('log-group', 50, nextToken, matches),
    (items) => ({ logGroups: items.map(logGroup) }),
    'nextToken',
  );
};

const targets: Operation = ({ ResourceIds, NextToken }, pager) => {
  const render = (items: Thing[]) => ({ ScalableTargets: items.map(({ id }) => ({ ResourceId: id })) });
  const asked = ResourceIds as string[] | undefined;
  if (asked) return render(pager.all('scalable-target', ({ id }) => asked.includes(id)));
  return withToken(pager.list('scalable-target', 50, NextToken), render, 'NextToken');
};

/** Cloud Control API lists these types; there is nothing of its other types. */
const GENERIC: Record<string, Kind> = { 'AWS::Lambda::Function': 'function', 'AWS::Kinesis::Stream': 'stream' };

export const JSON_OPERATIONS: Record<string, Record<string, Operation>> = {
  sqs: {
    ListQueues: search('queue', 'QueueNamePrefix', 'NextToken', (items) => ({
      QueueUrls: ids(items).map((id) => `${SQS}/1/${id}`),
    })),
    // Without tags, SQS leaves the map out.
    ListQueueTags: ({ QueueUrl }, pager) => {
      const tags = pager.population.get('queue', String(QueueUrl).split('/').at(-1) ?? '')?.tags;
      return tags ? { Tags: tags } : {};
    },
    GetQueueUrl: one('queue', 'QueueName', 'QueueDoesNotExist', ({ id }) => ({ QueueUrl: `${SQS}/1/${id}` })),
  },
  ecs: {
    ...untagged,
    ListClusters: list('cluster', 100, 'nextToken', (items) => ({ clusterArns: items.map(clusterArn) })),
    DescribeClusters: ({ clusters }, pager) => {
      const [asked = ''] = clusters as string[];
      const found = pager.population.get('cluster', asked);
      return found
        ? { clusters: [{ clusterArn: clusterArn(found), clusterName: found.id, status: 'ACTIVE' }], failures: [] }
        : { clusters: [], failures: [{ arn: arn('ecs', `cluster/${asked}`), reason: 'MISSING' }] };
    },
    ListServices: () => ({ serviceArns: [] }),
    // One task has to stop and has not yet, and one has stopped.
    ListTasks: ({ desiredStatus, cluster }) => ({
      taskArns:
        desiredStatus === 'STOPPED' ? ['stopping', 'stopped'].map((id) => arn('ecs', `task/${cluster}/${id}`)) : [],
    }),
    DescribeTasks: ({ tasks }) => ({
      tasks: (tasks as string[]).map((taskArn) => ({
        taskArn,
        lastStatus: taskArn.endsWith('stopped') ? 'STOPPED' : 'DEPROVISIONING',
      })),
      failures: [],
    }),
    ListTaskDefinitionFamilies: search('task-family', 'familyPrefix', 'nextToken', (items) => ({
      families: ids(items),
    })),
    ListTaskDefinitions: ({ familyPrefix }) => ({
      taskDefinitionArns: [arn('ecs', `task-definition/${familyPrefix}:7`)],
    }),
    DescribeTaskDefinition: () => ({ taskDefinition: { status: 'ACTIVE' } }),
  },
  ecr: {
    ...untagged,
    DescribeRepositories: (params, pager) =>
      params.repositoryNames ? repository(params, pager) : repositories(params, pager),
  },
  logs: { DescribeLogGroups: logGroups, ListTagsForResource: () => ({ tags: {} }) },
  events: {
    ...untagged,
    ListRules: search('rule', 'NamePrefix', 'NextToken', (items) => ({ Rules: ids(items).map((Name) => ({ Name })) })),
    DescribeRule: one('rule', 'Name', 'ResourceNotFoundException', ({ id }) => ({ Name: id, State: 'ENABLED' })),
  },
  secretsmanager: {
    ListSecrets: secrets,
    DescribeSecret: one('secret', 'SecretId', 'ResourceNotFoundException', secret),
  },
  'application-autoscaling': { DescribeScalableTargets: targets },
  dynamodb: {
    ListTagsOfResource: () => ({ Tags: [] }),
    ListBackups: () => ({ BackupSummaries: [] }),
    ListTables: list(
      'table',
      100,
      'ExclusiveStartTableName',
      (items) => ({ TableNames: ids(items) }),
      'LastEvaluatedTableName',
    ),
    DescribeTable: one('table', 'TableName', 'ResourceNotFoundException', () => ({ Table: { TableStatus: 'ACTIVE' } })),
  },
  kms: {
    ListAliases: (params, pager) => {
      const { items, next } = pager.list('alias', 100, params.Marker);
      return {
        Aliases: ids(items).map((AliasName) => ({ AliasName })),
        Truncated: next !== undefined,
        NextMarker: next,
      };
    },
    DescribeKey: one('alias', 'KeyId', 'NotFoundException', () => ({
      KeyMetadata: { KeyId: 'key', KeyState: 'Enabled' },
    })),
  },
  monitoring: {
    ...untagged,
    DescribeAlarms: (params, pager) => {
      const { AlarmNames } = params as { AlarmNames?: string[] };
      if (!AlarmNames) return alarms(params, pager);
      return metricAlarms(pager.all('alarm', ({ id }) => AlarmNames.includes(id)));
    },
    ListDashboards: search('dashboard', 'DashboardNamePrefix', 'NextToken', (items) => ({
      DashboardEntries: ids(items).map((DashboardName) => ({ DashboardName })),
    })),
    GetDashboard: one('dashboard', 'DashboardName', 'ResourceNotFound', ({ id }) => ({
      DashboardName: id,
      DashboardArn: `arn:aws:cloudwatch::123456789012:dashboard/${id}`,
    })),
  },
  cloudcontrolapi: {
    ListResources: (params, pager) => {
      const kind = GENERIC[String(params.TypeName)];
      const { items, next } = kind ? pager.list(kind, 50, params.NextToken) : { items: [], next: undefined };
      const ResourceDescriptions = ids(items).map((Identifier) => ({ Identifier, Properties: '{}' }));
      return { ResourceDescriptions, ...(next === undefined ? {} : { NextToken: next }) };
    },
  },
  tagging: { GetResources: tagFilters },
};

const metricAlarms = (items: Thing[]) => ({
  MetricAlarms: ids(items).map((AlarmName) => ({ AlarmName, StateValue: 'OK' })),
  CompositeAlarms: [],
});
const alarms = search('alarm', 'AlarmNamePrefix', 'NextToken', metricAlarms);

const repositories = list('repository', 1_000, 'nextToken', (items) => ({
  repositories: ids(items).map((repositoryName) => ({ repositoryName })),
}));
const repository = one('repository', 'repositoryNames', 'RepositoryNotFoundException', ({ id }) => ({
  repositories: [{ repositoryName: id }],
}));

/** A client of SQS calls the address of the queue. */
const SQS = 'https://sqs';
const addressed = (answer: object, host = '') =>
  JSON.parse(JSON.stringify(answer).replaceAll(`${SQS}/`, `http://${host}/`)) as object;

export function jsonAnswer({ service, action = '', params, headers }: AwsRequest, pager: Pager): AwsResponse {
  const operation = JSON_OPERATIONS[service]?.[action];
  if (!operation) throw new Error(`${service} ${action} is not played here`);
  try {
    const answer = operation(params, pager);
    return json(service === 'sqs' ? addressed(answer, headers.host) : answer);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const answer = json({ __type: error.name, message: error.message }, 400);
    return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': error.name } };
  }
}
