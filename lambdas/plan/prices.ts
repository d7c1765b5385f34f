import type { Finding } from '../contracts/contracts.ts';
import { genericOfType } from '../contracts/generic-kinds.ts';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';

/**
 * The table lists what resources cost while they exist. Traffic, requests, storage that grows and free tiers are not
 * included. A short table is enough for an estimate, and is not a bill.
 */
export const PRICES = {
  region: 'eu-west-1',
  /** The prices were read in this month. */
  asOf: '2025-06',
  currency: 'USD',
  note: 'On-demand list prices, without traffic, requests, free tiers and discounts. An estimate, not a bill.',
} as const;

const HOURS_A_MONTH = 730;
const monthly = (usd: number) => usd / HOURS_A_MONTH;

const ALB = 0.0252;
const PUBLIC_IPV4 = 0.005;
const NAT_GATEWAY = 0.048;
const VPC_ENDPOINT = 0.011;
const FARGATE = { ARM64: { vcpu: 0.03238, gb: 0.00356 }, X86_64: { vcpu: 0.04048, gb: 0.004445 } };
const DATABASES: Record<string, number> = {
  'db.t4g.micro': 0.017,
  'db.t4g.small': 0.035,
  'db.t4g.medium': 0.07,
  'db.t4g.large': 0.141,
};
const DATABASE_GIB = monthly(0.127);
const SECRET = monthly(0.4);
const ALARM = monthly(0.1);
const DASHBOARD = monthly(3);
const KEY = monthly(1);

/** The estimate uses the smallest size where no size is given. */
const SMALLEST = { database: 'db.t4g.micro', storageGib: 20, cpu: 256, memory: 512 };

export interface Hourly {
  /** The price is undefined when it depends on facts that are not known here. */
  usd: number | undefined;
  /** The text says what the price consists of, or depends on. */
  basis: string;
}

const fixed = (usd: number, basis: string): Hourly => ({ usd, basis });
const FREE = fixed(0, 'costs nothing by itself');
const byUse = (basis: string): Hourly => ({ usd: undefined, basis });

const BY_TYPE: Record<string, Hourly> = {
  'elbv2 load-balancer': fixed(ALB, 'by the hour, without capacity units and addresses'),
  'ec2 nat-gateway': fixed(NAT_GATEWAY, 'by the hour, without traffic'),
  'ec2 elastic-ip': fixed(PUBLIC_IPV4, 'public IPv4 address'),
  'ec2 vpc-endpoint': fixed(VPC_ENDPOINT, 'an interface endpoint in one zone; a gateway endpoint is free'),
  'ec2 instance': byUse('by its type'),
  'ec2 volume': byUse('by its size, about 0.09 $ a GiB and month'),
  'ec2 snapshot': byUse('by its size, about 0.05 $ a GiB and month'),
  'ec2 image': byUse('by its snapshots, about 0.05 $ a GiB and month'),
  'ec2 flow-log': byUse('by what it delivers'),
  'ec2 transit-gateway-attachment': byUse('about 0.05 $ an hour, without traffic'),
  'ec2 vpn-connection': byUse('about 0.05 $ an hour, without traffic'),
  'rds db-proxy': byUse('by the cores of its database, about 0.03 $ an hour at least'),
  'dynamodb backup': byUse('by its size, about 0.11 $ a GiB and month'),
  'kms custom-key-store': byUse('by the hardware modules behind it'),
  'ecs task': fixed(
    fargate(SMALLEST.cpu, SMALLEST.memory, 'ARM64') + PUBLIC_IPV4,
    'the smallest task, with its address',
  ),
  'ecs service': byUse('by the tasks that it starts'),
  'rds db-instance': fixed(database({}), 'the smallest instance and storage'),
  'rds db-cluster': byUse('by its instances and storage'),
  'rds db-snapshot': byUse('by its size, about 0.10 $ a GiB and month'),
  'rds db-cluster-snapshot': byUse('by its size, about 0.02 $ a GiB and month'),
  'rds automated-backup': byUse('by its size, about 0.10 $ a GiB and month'),
  'rds cluster-automated-backup': byUse('by its size, about 0.02 $ a GiB and month'),
  'secretsmanager secret': fixed(SECRET, 'by the month'),
  'cloudwatch alarm': fixed(ALARM, 'by the month'),
  'cloudwatch dashboard': fixed(DASHBOARD, 'by the month, beyond the first three'),
  'kms key': fixed(KEY, 'by the month'),
  'ecr repository': byUse('by its images, 0.10 $ a GiB and month'),
  'logs log-group': byUse('by what is stored, 0.03 $ a GiB and month'),
  's3 bucket': byUse('by what is stored'),
  'dynamodb table': byUse('by what is stored, and by capacity where that is provisioned'),
};

/** Returns what a leftover costs for each hour that it exists. */
export function hourlyOf({ service, type }: Pick<Finding, 'service' | 'type'>): Hourly {
  if (service === 'cloudcontrol') {
    const costs = genericOfType(type)?.costs;
    return costs ? byUse(costs) : FREE;
  }
  return BY_TYPE[`${service} ${type}`] ?? FREE;
}

export interface CostLine {
  what: string;
  count: number;
  usdPerHour: number;
}

/** Lists the hourly costs of an inventory, by the sizes in Terraform's state. */
export function costLines(inventory: readonly InventoryItem[]): CostLine[] {
  const of = (type: string) => inventory.filter((item) => item.type === type);
  const definitions = new Map(of('aws_ecs_task_definition').map((item) => [item.arn ?? item.id, item.facts ?? {}]));
  const loadBalancers = of('aws_lb').length;
  const tasks = of('aws_ecs_service').map(({ facts = {} }) => {
    const size = definitions.get(String(facts.task_definition)) ?? {};
    const architecture = size.cpu_architecture === 'X86_64' ? 'X86_64' : 'ARM64';
    const count = Number(facts.desired_count ?? 1);
    return {
      count,
      usd: fargate(Number(size.cpu ?? SMALLEST.cpu), Number(size.memory ?? SMALLEST.memory), architecture),
    };
  });
  const running = tasks.reduce((sum, { count }) => sum + count, 0);
  const databases = of('aws_db_instance');
  const lines: CostLine[] = [
    { what: 'load balancer', count: loadBalancers, usdPerHour: loadBalancers * ALB },
    { what: 'Fargate task', count: running, usdPerHour: tasks.reduce((sum, { count, usd }) => sum + count * usd, 0) },
    {
      what: 'database with its storage',
      count: databases.length,
      usdPerHour: databases.reduce((sum, { facts }) => sum + database(facts ?? {}), 0),
    },
    // A load balancer has an address in each of two zones. Each task has one address.
    {
      what: 'public IPv4 address',
      count: 2 * loadBalancers + running,
      usdPerHour: (2 * loadBalancers + running) * PUBLIC_IPV4,
    },
    ...[
      ['NAT gateway', of('aws_nat_gateway').length, NAT_GATEWAY] as const,
      ['Elastic IP', of('aws_eip').length, PUBLIC_IPV4] as const,
      ['secret', of('aws_secretsmanager_secret').length, SECRET] as const,
      ['alarm', of('aws_cloudwatch_metric_alarm').length, ALARM] as const,
      ['dashboard', of('aws_cloudwatch_dashboard').length, DASHBOARD] as const,
      ['KMS key', of('aws_kms_key').length, KEY] as const,
    ].map(([what, count, usd]) => ({ what, count, usdPerHour: count * usd })),
  ];
  return lines.filter(({ count }) => count > 0);
}

function fargate(cpu: number, memory: number, architecture: keyof typeof FARGATE): number {
  const { vcpu, gb } = FARGATE[architecture];
  return (cpu / 1_024) * vcpu + (memory / 1_024) * gb;
}

function database(facts: Record<string, string | number>): number {
  const instance = DATABASES[String(facts.instance_class)] ?? DATABASES[SMALLEST.database] ?? 0;
  return instance + Number(facts.allocated_storage ?? SMALLEST.storageGib) * DATABASE_GIB;
}
