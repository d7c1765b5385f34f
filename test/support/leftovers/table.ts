import { loadRemover } from '../../../lambdas/aws/removers.ts';
import { MANY_PAGES, MOST_READS } from '../../../lambdas/aws/sweepers/cloudcontrol.ts';
import { MOST_PAGES } from '../../../lambdas/aws/sweepers/support.ts';
import type { GenericKind } from '../../../lambdas/contracts/generic-kinds/kind.ts';
import { GENERIC_KINDS } from '../../../lambdas/contracts/generic-kinds.ts';
import { hourlyOf } from '../../../lambdas/plan/prices.ts';
import type { UnmanagedKind } from '../../../lambdas/removal/unmanaged-rules.ts';
import { removalOf } from '../../../lambdas/sweep/removal-commands.ts';
import { SWEPT_KINDS, type SweptKind } from './kinds.ts';

const HEAD = `# Leftovers

One row a kind of resource: how a sweep finds it, who removes it, what it costs, and what stays unknown. The table is generated from the code;
\`npm run docs:leftovers\` writes it again.

- **Tags**: the resource has the tags \`project\` and \`environment\` of the environment, and the tagging API lists it. Of EC2, EC2's own filter
  is asked, too. Every allowed region is read, and the region of what is in no region.
- **Name**: a name is built from the environment's prefix. It proves nothing by itself ([ADR 21](adr/0021-whose-a-resource-is.md)).
- **VPC**: the resource lies in a VPC that is proven to be the environment's.
- **State**: the Terraform types under which the run's inventory lists it.
- **Removed by**: *teardown* removes it if it is not in Terraform's state and is proven to be the environment's
  ([ADR 13](adr/0013-strays-are-removed-not-imported.md)); Terraform destroys the rest. For a *person*, the certificate has the command.

Each resource that is found is confirmed by its own service. It is UNKNOWN if the service cannot be read, if nothing proves whose it is, or if its
kind is in no row: then its tag, its entry in the state, or the call that created it ([ADR 24](adr/0024-what-our-roles-created.md))
is named, and the verdict is INCONCLUSIVE.
`;

const row = (...cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const code = (list: readonly string[]) => list.map((one) => `\`${one}\``).join(', ') || '–';
const yes = (is: unknown) => (is ? 'yes' : '–');

function price(service: string, type: string): string {
  const { usd, basis } = hourlyOf({ service: service as SweptKind['service'], type });
  if (usd === 0) return 'nothing';
  return usd === undefined ? basis : `${usd.toFixed(usd < 0.01 ? 5 : 3)} $ an hour: ${basis}`;
}

/** Returns the first words of the command, which are sufficient. */
function byPerson(service: SweptKind['service'] | 'cloudcontrol', type: string): string {
  const command = removalOf({ service, type, id: 'x' }, { region: 'eu-west-1', accountId: '1' })?.command ?? '';
  return `a person: \`${command.split(' ').slice(0, 3).join(' ')}\``;
}

function removedBy({ service, type }: SweptKind, kind: UnmanagedKind | undefined): string {
  if (!kind) return byPerson(service, type);
  const notes = [
    ...(kind.byproduct ? ['after the destroy'] : []),
    ...(kind.bornUntagged ? ['without tags, if its name is exact'] : []),
    ...(kind.byGuardDuty ? ["GuardDuty's own, in the environment's VPC"] : []),
  ];
  return ['teardown', ...notes].join('; ');
}

const swept = async (one: SweptKind) =>
  row(
    `${one.service} ${one.type}`,
    yes(one.arn),
    one.name ?? '–',
    yes(one.vpc),
    code(one.terraform),
    removedBy(one, (await loadRemover(one.service))?.[one.type]),
    price(one.service, one.type),
    one.beyond ?? '–',
  );

function nameOf({ named, costs }: GenericKind): string {
  if (!named) return '–';
  const pages = costs ? MANY_PAGES : MOST_PAGES;
  const by = named === 'identifier' ? '' : `, \`${named}\` of ${MOST_READS} resources`;
  return `${pages} pages of the list${by}`;
}

function unknownOf({ named, readable, elsewhere, part }: GenericKind): string {
  const reasons = [
    ...(part ? ['a part: it is asked for where the run does not have its parent'] : []),
    ...(elsewhere ? ['another region only; in the environment’s region it has a row of its own'] : []),
    ...(named ? ['one beyond these, without tags and outside the state; the certificate says so'] : []),
    ...(readable ? [] : [`UNKNOWN if it is not among ${MANY_PAGES} pages of the list`]),
  ];
  return reasons.join('; ') || '–';
}

const generic = (kind: GenericKind) =>
  row(
    `\`${kind.type}\``,
    yes(kind.arn),
    nameOf(kind),
    '–',
    code(kind.terraform ?? []),
    kind.part ? 'with its parent' : byPerson('cloudcontrol', kind.type),
    price('cloudcontrol', kind.type),
    unknownOf(kind),
  );

const COLUMNS = [
  row('kind', 'tags', 'name', 'VPC', 'state', 'removed by', 'costs by existing', 'not found, or UNKNOWN'),
  `|${'---|'.repeat(8)}`,
];

export async function leftoversTable(): Promise<string> {
  const own = await Promise.all(SWEPT_KINDS.map(swept));
  return [
    HEAD,
    '## Kinds with a sweeper of their own\n',
    ...[...COLUMNS, ...own],
    '\n## Kinds that Cloud Control API reads\n',
    'The reasons are in [ADR 29](adr/0029-cloud-control-is-the-generic-source.md).\n',
    ...[...COLUMNS, ...GENERIC_KINDS.map(generic)],
    '',
  ].join('\n');
}
