import type { Row } from '../bench.ts';
import { number } from '../table.ts';
import { BUILD, DOWNLOADS, IMAGES, LAMBDA, RESOURCE, RESOURCES, SERVICE, TERRAFORM, type Time } from './times.ts';

/** Returns the content of `docs/aws-times.md`. @param rows the rows of the bench `aws` */
export function timesPage(rows: readonly Row[]): string {
  const [path, sums] = [rows.filter(isState), rows.filter((row) => !isState(row))];
  return [
    '# How long a life takes on AWS',
    '',
    'A model: nobody has measured these. `npm run bench:aws` runs the state machines’ own definitions, in the lab’s interpreter on a clock that jumps; each',
    'build takes what its command, the longest chain of resources in the Terraform roots, and the published times below say. `npm run docs:aws-times` writes this page.',
    '',
    ...table(
      ['state', 's', 'of which'],
      path.map(({ what, value, note = '' }) => [what, String(Math.round(value)), note]),
    ),
    '',
    ...table(
      ['', '', 'bare Terraform', 'aim'],
      sums.map(({ what, value, unit, against, aim = '', met }) => [
        what,
        `${number(Math.round(value))} ${unit}`.trim(),
        against ? `${number(against.value)} s` : '',
        met === false ? `**missed**: ${aim}` : aim,
      ]),
    ),
    '',
    'Bare Terraform is `terraform apply` and `terraform destroy` of both roots on a machine that has Terraform and the provider: no images, no validation, no sweep.',
    '',
    '## The times',
    '',
    ...table(
      ['what', 's', 'source'],
      timesOf().map(([what, { seconds, source }]) => [what, String(seconds), source]),
    ),
    '',
  ].join('\n');
}

const isState = ({ what }: Row) => /^(provision|teardown): /.test(what);

/** Returns every time of the model with a label. */
export function timesOf(): [string, Time][] {
  const named = (of: string, times: Readonly<Record<string, Time>>) =>
    Object.entries(times).map(([name, time]): [string, Time] => [`${of}: ${name}`, time]);
  const { releases, bucket, unpacked } = DOWNLOADS;
  return [
    ...named('build', BUILD),
    ['releases.hashicorp.com, MB a second', releases],
    ['a bucket of the same region, MB a second', bucket],
    ['the provider is unpacked', unpacked],
    ...named('terraform', TERRAFORM),
    ['images are built and pushed', IMAGES],
    ...named('Lambda', LAMBDA),
    ...named('service', SERVICE),
    ...Object.entries({ ...RESOURCES, 'any other resource': RESOURCE }).flatMap(([type, life]) =>
      named(type, { create: life.create, destroy: life.destroy }),
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
