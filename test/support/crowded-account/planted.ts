import type { Kind, Thing } from './population.ts';

const P = 'order-platform-dev-v3';
const named = (...ids: string[]): Thing[] => ids.map((id) => ({ id, name: id }));
const DATABASE = `arn:aws:rds:eu-west-1:123456789012:db:${P}-db`;
const VPC = 'vpc-00000000000000a11';

/** These things are the leftovers of `dev`: none of them has a tag, except for a queue that has nothing else. */
export const PLANTED: Partial<Record<Kind, readonly Thing[]>> = {
  vpc: [{ id: VPC, name: P }],
  subnet: [{ id: 'subnet-0a11', vpc: VPC }],
  'security-group': [{ id: 'sg-0a11', name: `${P}-alb`, vpc: VPC }],
  'internet-gateway': [{ id: 'igw-0a11', name: `${P}-igw`, vpc: VPC }],
  'route-table': [{ id: 'rtb-0a11', vpc: VPC }],
  'nat-gateway': [{ id: 'nat-0a11', vpc: VPC }],
  'elastic-ip': [{ id: 'eipalloc-0a11', name: `${P}-nat` }],
  'network-interface': [{ id: 'eni-0a11', vpc: VPC }],
  'vpc-endpoint': [{ id: 'vpce-0a11', vpc: VPC }],
  instance: [{ id: 'i-0a11', vpc: VPC }],
  volume: [{ id: 'vol-0a11', name: `${P}-data` }],
  snapshot: [{ id: 'snap-0a11', name: `${P}-data` }],
  'log-group': named(`/ecs/${P}/api`, `/aws/rds/instance/${P}-db/postgresql`),
  alarm: named(`${P}-5xx`, `TargetTracking-service/${P}-cluster/${P}-api-svc-AlarmHigh-1`),
  dashboard: named(P),
  queue: [
    ...named(`${P}-order-events`),
    { id: 'oddly-named', tags: { environment: 'dev', project: 'order-platform' } },
  ],
  secret: [
    { id: `${P}-token-AbCdEf`, name: `${P}-token` },
    { id: 'rds!db-1-AbCdEf', name: 'rds!db-1', tags: { 'aws:rds:primaryDBInstanceArn': DATABASE } },
  ],
  role: named(`${P}-execution`),
  policy: named(`${P}-extra`),
  'instance-profile': named(`${P}-host`),
  rule: named(`${P}-task-stopped`),
  'task-family': named(`${P}-api`),
  topic: named(`${P}-alerts`),
  repository: named(`${P}-api`),
  bucket: named(`${P}-tfstate-123456789012`),
  table: named(`${P}-tflock`),
  cluster: named(`${P}-cluster`),
  'scalable-target': named(`service/${P}-cluster/${P}-api-svc`),
  'load-balancer': named(`${P}-alb`),
  'target-group': named(`${P}-any-tg`),
  'db-instance': named(`${P}-db`),
  'db-cluster': named(`${P}-aurora`),
  'db-snapshot': [{ id: 'rds:some-other-name', of: `${P}-db` }],
  'db-cluster-snapshot': named(`${P}-aurora-final`),
  'automated-backup': named(`${P}-db`),
  'cluster-automated-backup': named(`${P}-aurora`),
  'subnet-group': named(`${P}-db`),
  'parameter-group': named(`${P}-db`),
  stream: named(`${P}-clicks`),
  alias: named(`alias/${P}-data`),
};
