/** A thing of an account has a name, or an id. */
export interface Thing {
  /** The service finds the thing by this id. */
  id: string;
  /** The value is that of the tag `Name`, or the thing's own name where that is not its id. */
  name?: string;
  tags?: Record<string, string>;
  vpc?: string;
  /** For a database snapshot, the value is the database. */
  of?: string;
}

/** Of 1,000 foreign things, each kind has this number, by quotas and common use. */
const SHARES = {
  'network-interface': 200,
  'log-group': 160,
  'security-group': 120,
  snapshot: 120,
  volume: 80,
  alarm: 80,
  instance: 40,
  queue: 40,
  function: 40,
  subnet: 20,
  secret: 20,
  role: 10,
  rule: 10,
  'task-family': 10,
  policy: 6,
  topic: 6,
  repository: 6,
  bucket: 6,
  'db-snapshot': 6,
  vpc: 4,
  table: 4,
  'target-group': 4,
  'load-balancer': 2,
  'db-instance': 2,
  cluster: 2,
  'scalable-target': 2,
} as const;

export const KINDS = [
  ...(Object.keys(SHARES) as (keyof typeof SHARES)[]),
  'internet-gateway',
  'route-table',
  'nat-gateway',
  'elastic-ip',
  'vpc-endpoint',
  'db-cluster',
  'db-cluster-snapshot',
  'automated-backup',
  'cluster-automated-backup',
  'subnet-group',
  'parameter-group',
  'instance-profile',
  'dashboard',
  'ground-station',
  'alias',
  'stream',
] as const;
export type Kind = (typeof KINDS)[number];

/** These names are nearly the environment's own. */
const NEIGHBOURS = [
  'order-platform-dev2-v3',
  'order-platform-dev-v33',
  'order-platform-dev-v3x',
  'my-order-platform-dev-v3',
];

/**
 * The account has very many things of other people, which are generated on request, and a few planted ones among the
 * last.
 */
export class Population {
  readonly #foreign: number;
  readonly #planted: ReadonlyMap<Kind, readonly Thing[]>;

  readonly #counts: Partial<Record<Kind, number>>;

  /** @param counts of foreign things of single kinds, instead of their share of `foreign` */
  constructor(
    foreign: number,
    planted: Partial<Record<Kind, readonly Thing[]>> = {},
    counts: Partial<Record<Kind, number>> = {},
  ) {
    this.#foreign = foreign;
    this.#counts = counts;
    this.#planted = new Map(Object.entries(planted) as [Kind, readonly Thing[]][]);
  }

  /** Returns the number of things of a kind, planted ones included. */
  count(kind: Kind): number {
    return this.#foreignOf(kind) + NEIGHBOURS.length + (this.#planted.get(kind)?.length ?? 0);
  }

  /** Yields the things from `start` on, in the order of the list; planted ones are the last but for the neighbours. */
  *from(kind: Kind, start = 0): Generator<Thing> {
    const foreign = this.#foreignOf(kind);
    for (let index = start; index < foreign; index += 1)
      yield stranger(kind, `team-${index % 97}-service-${index}`, index);
    const named = [
      ...(this.#planted.get(kind) ?? []),
      ...NEIGHBOURS.map((prefix, index) => stranger(kind, `${prefix}-api`, foreign + index)),
    ];
    yield* named.slice(Math.max(0, start - foreign));
  }

  get(kind: Kind, id: string): Thing | undefined {
    // The planted things come first: the id of a stranger is never requested, and would be found by a walk through the
    // list.
    const own = this.#planted.get(kind)?.find((one) => one.id === id);
    if (own) return own;
    for (const one of this.from(kind)) if (one.id === id) return one;
    return undefined;
  }

  #foreignOf(kind: Kind): number {
    const count = this.#counts[kind];
    if (count !== undefined) return count;
    return Math.round(((SHARES as Partial<Record<Kind, number>>)[kind] ?? 0) * (this.#foreign / 1_000));
  }
}

const PREFIXES: Partial<Record<Kind, string>> = {
  'network-interface': 'eni-',
  'security-group': 'sg-',
  snapshot: 'snap-',
  volume: 'vol-',
  instance: 'i-',
  subnet: 'subnet-',
  vpc: 'vpc-',
  'internet-gateway': 'igw-',
  'route-table': 'rtb-',
  'nat-gateway': 'nat-',
  'elastic-ip': 'eipalloc-',
  'vpc-endpoint': 'vpce-',
};

/** EC2's ids do not contain a name; the name is a tag there. */
function stranger(kind: Kind, name: string, index: number): Thing {
  const prefix = PREFIXES[kind];
  const tags = { environment: index % 2 ? 'dev2' : 'prod', project: 'order-platform' };
  if (prefix) return { id: `${prefix}${index.toString(16).padStart(17, '0')}`, name, tags, vpc: 'vpc-of-strangers' };
  if (kind === 'log-group') return { id: `/ecs/${name}/api`, name, tags };
  if (kind === 'alias') return { id: `alias/${name}`, name, tags };
  if (kind === 'scalable-target') return { id: `service/${name}-cluster/${name}`, name, tags };
  if (kind === 'db-snapshot' || kind === 'db-cluster-snapshot')
    return { id: `rds:${name}-2026`, name, of: `${name}-db`, tags };
  return { id: name, name, tags };
}
