import { loginPassword, moveTag, repositoryUris, taggedImage } from '../aws/registry.ts';
import { type Image, imageVariable } from '../image-list.ts';
import { requireOwnership } from '../ownership.ts';
import { BuildFailure, type Report } from '../report.ts';
import { docker } from './docker.ts';
import type { ImageSettings } from './settings.ts';

/** The reason of a failed build has this number of its last lines. */
const LAST_LINES = 3;

interface Published {
  image: Image;
  uri: string;
  /** The commit's image has this digest; it is undefined when there is no such image. */
  found: string | undefined;
}

/**
 * Builds and publishes the images of the commit side by side, unless that is done already, and moves the stable tags to
 * them unless they are kept. Exports each image by digest, and all of them by name.
 */
export async function images(settings: ImageSettings, report: Report): Promise<void> {
  const { commit } = settings;
  const repositories = [...new Set(settings.images.map(({ repository }) => repository))];
  const login = Promise.all([loginPassword(), repositoryUris(repositories)]);
  const digests = Promise.all(settings.images.map(({ repository }) => digestOf(repository, commit))).catch(
    (error: Error) => {
      throw new BuildFailure(`ECR does not say whether ${commit} is published: ${error.message}`);
    },
  );
  // The check of the ownership decides first. Any other failure is thrown after it.
  for (const asked of [login, digests]) asked.catch(() => {});
  await requireOwn(settings);
  const [password, uris] = await login;
  const published = await digests;
  const all = settings.images.map((image, at): Published => {
    const uri = uris.get(image.repository);
    if (!uri) throw new BuildFailure(`ECR does not say where the repository ${image.repository} is`);
    return { image, uri, found: published[at] };
  });
  const [registry = ''] = all[0]?.uri.split('/') ?? [];
  await docker(['login', '--username', 'AWS', '--password-stdin', registry], report.say, password);

  const attempts = await Promise.all(all.map((one) => attempt(settings, one, report)));
  const failed = attempts.flatMap((one) => ('said' in one ? one : []));
  if (failed.length === 0) {
    const done = attempts.flatMap((one) => ('uri' in one ? [[one.name, one.uri]] : []));
    return report.exportValue('PUBLISHED_IMAGES', JSON.stringify(Object.fromEntries(done)));
  }
  const names = failed.map(({ name }) => name).join(' ');
  throw new BuildFailure(`not published: ${names}. ${failed.map(({ said }) => said).join(' ')}`);
}

type Attempt = { name: string } & ({ uri: string } | { said: string });

/** @returns where the image is, or the end of what a failure said in one line */
async function attempt(settings: ImageSettings, one: Published, report: Report): Promise<Attempt> {
  const { name } = one.image;
  const lines: string[] = [];
  const own = report.of(name, (line) => void lines.push(line));
  try {
    const uri = `${one.uri}@${await publish(settings, one, own)}`;
    own.exportValue(imageVariable(name), uri);
    return { name, uri };
  } catch (error) {
    own.fail(error);
    const last = lines.filter((line) => line.trim()).slice(-LAST_LINES);
    return { name, said: `${name}: ${last.join(' ').replaceAll(/\s+/g, ' ')}.` };
  }
}

/** @returns the digest of the image */
async function publish(settings: ImageSettings, one: Published, report: Report): Promise<string> {
  const { commit, bundleCommit, keepStableTags } = settings;
  const { image, uri } = one;
  const { repository, stableTag: stable } = image;
  if (one.found) {
    report.log(`${commit} is published already`);
    if (!keepStableTags && (await digestOf(repository, stable)) !== one.found) {
      await requireOwn(settings);
      await moveTag(repository, commit, stable);
    }
    return one.found;
  }
  if (commit !== bundleCommit) {
    throw new BuildFailure(
      `commit ${commit} has no image in ${repository}, and what is here was made from ${bundleCommit}: push an image tagged ${commit} first, or deploy this project at that commit`,
    );
  }
  report.log(`building ${commit}`);
  const tags = ['--tag', `${uri}:${commit}`, '--tag', `${uri}:${stable}`];
  const of = ['--platform', image.platforms.join(','), '--file', image.dockerfile];
  await docker(['build', ...of, ...tags, image.context], report.say);
  await requireOwn(settings);
  let digest: string | undefined;
  await docker(['push', `${uri}:${commit}`], (line) => {
    digest = /: digest: (sha256:[0-9a-f]{64}) size: /.exec(line)?.[1] ?? digest;
    report.say(line);
  });
  if (!keepStableTags) await docker(['push', `${uri}:${stable}`], report.say);
  // Some versions of Docker do not print the digest that the registry has given to the image.
  digest ??= await digestOf(repository, commit);
  if (!digest) throw new BuildFailure(`the image was pushed, but ${repository} has no tag ${commit}`);
  return digest;
}

async function requireOwn({ claim, environment }: ImageSettings): Promise<void> {
  if (claim) await requireOwnership(claim, environment, 'images');
}

async function digestOf(repository: string, tag: string): Promise<string | undefined> {
  return (await taggedImage(repository, tag))?.imageId?.imageDigest;
}
