import * as z from 'zod';
import type { Image } from '../image-list.ts';
import { BuildFailure } from '../report.ts';
import { apply } from './apply.ts';
import type { Build, Root } from './build.ts';
import { outputReferences, withoutIndices } from './configuration.ts';
import { reasonOf } from './events.ts';
import { fileOf, plan, requireDestroyable, show } from './plan.ts';
import { type Change, repositoriesIn, type ShownPlan } from './shown-plan.ts';

/** The file creates the repositories of the configuration's images by the addresses that it names, and nothing else. */

const REPOSITORIES_PLAN = 'repositories.tfplan';
/** Terraform plans nothing for an address that does not exist, and the plan has the configuration. */
const NOTHING = '-target=aws_ecr_repository.none';

/** Creates the repositories that do not exist. The plan has the other changes of them, and a person may refuse that. */
export async function makeRepositories(build: Build, root: Root): Promise<void> {
  const images = build.settings.images.filter(({ address, output }) => address ?? output);
  if (images.length === 0) return build.report.log('the repositories are not those of the Terraform root');
  const addresses = await addressesOf(build, root, images);
  const { any } = await plan(build, root, REPOSITORIES_PLAN, targets([...new Set(addresses.values())]));
  const shown = await (any ? requireDestroyable : show)(build, root, REPOSITORIES_PLAN);
  for (const image of images) requireRepository(shown, image, addresses.get(image.name) ?? '');
  const { created, updated } = repositoriesIn(shown);
  if (created.length === 0) return build.report.log('the repositories are there');
  if (updated.length > 0) {
    await plan(build, root, REPOSITORIES_PLAN, targets(created));
    await requireDestroyable(build, root, REPOSITORIES_PLAN);
  }
  const run = await apply(build, root, [fileOf(build, REPOSITORIES_PLAN)]);
  if (run.status !== 0) throw new BuildFailure(`the repositories could not be created. ${reasonOf(run.events)}`);
}

const targets = (addresses: readonly string[]) => addresses.map((address) => `-target=${address}`);

/** @throws BuildFailure for an output that no repository of the root has its value from */
async function addressesOf(build: Build, root: Root, images: readonly Image[]): Promise<Map<string, string>> {
  const named = images.flatMap(({ name, address }) => (address ? [[name, address] as const] : []));
  const byOutput = images.filter(({ address }) => !address);
  if (byOutput.length === 0) return new Map(named);
  await plan(build, root, REPOSITORIES_PLAN, [NOTHING]);
  const shown = await show(build, root, REPOSITORIES_PLAN);
  const found = byOutput.map(({ name, output = '' }): [string, string] => {
    const resources = outputReferences(shown, output).filter((one) => /(^|\.)aws_ecr_repository\./.test(one));
    const [address, ...more] = resources;
    if (address && more.length === 0) return [name, address];
    throw new BuildFailure(
      `the output ${output}, which stack.images names for the image ${name}, has its value from ${resources.length === 0 ? 'no repository' : resources.join(' and ')}: nothing is made. Name the repository by its address, { address: 'aws_ecr_repository.…' }`,
    );
  });
  return new Map([...named, ...found]);
}

const named = z.object({ name: z.string() });

/** @throws BuildFailure unless the address is that of one repository, which has the name that images are pushed to */
function requireRepository(shown: ShownPlan, { name, repository }: Image, address: string): void {
  const all = shown.resource_changes.filter(isKept);
  const isIt = (one: string) => one === address || one.startsWith(`${address}[`) || withoutIndices(one) === address;
  const found = all.filter((one) => isIt(one.address));
  const [one, ...more] = found;
  if (!one || more.length > 0) {
    const others = all.map((other) => other.address).join(', ');
    throw new BuildFailure(
      `stack.images names the repository ${address} for the image ${name}, and the Terraform root has ${one ? `${found.length} of it (${found.map((each) => each.address).join(', ')})` : 'no such resource'}: nothing is made. Name the address of one aws_ecr_repository${!one && others ? `, such as ${others}` : ''}`,
    );
  }
  const is = named.safeParse(one.change.after).data?.name ?? '(known after apply)';
  if (is === repository) return;
  throw new BuildFailure(
    `${address} is the repository "${is}", and images of ${name} are pushed to "${repository}": nothing is made. Write its name into stack.images, with {prefix} or {environment} in it: repository: { address: '${address}', name: '…' }`,
  );
}

function isKept({ mode, type, change: { actions } }: Change): boolean {
  return mode === 'managed' && type === 'aws_ecr_repository' && !(actions.length === 1 && actions[0] === 'delete');
}
