import { loginPassword, moveTag, repositoryUris, taggedImage } from '../aws/registry.ts';
import { requireOwnership } from '../ownership.ts';
import { BuildFailure, type Report } from '../report.ts';
import { docker } from './docker.ts';
import type { ImageSettings } from './settings.ts';

const SERVICES = ['api', 'worker'] as const;
type Service = (typeof SERVICES)[number];

const EXPORTS = { api: 'API_IMAGE', worker: 'WORKER_IMAGE' } as const;
/** How many of a failed build's last lines its reason has. */
const LAST_LINES = 3;

interface Published {
  service: Service;
  repository: string;
  uri: string;
  /** Digest of the commit's image, if there is one. */
  found: string | undefined;
}

/**
 * Builds and publishes the services' images of the commit, unless that is done already, and moves the stable tags to them
 * unless they are kept. Exports both images by digest.
 */
export async function images(settings: ImageSettings, report: Report): Promise<void> {
  const { prefix, commit } = settings;
  const repositories = SERVICES.map((service) => `${prefix}-${service}`);
  const login = Promise.all([loginPassword(), repositoryUris(repositories)]);
  const digests = Promise.all(repositories.map((repository) => digestOf(repository, commit))).catch((error: Error) => {
    throw new BuildFailure(`ECR does not say whether ${commit} is published: ${error.message}`);
  });
  // Whoever owns the environment decides first; what else fails is heard of after that.
  for (const asked of [login, digests]) asked.catch(() => {});
  await requireOwn(settings);
  const [password, uris] = await login;
  const published = await digests;
  const all = SERVICES.map((service, at): Published => {
    const repository = repositories[at] ?? '';
    const uri = uris.get(repository);
    if (!uri) throw new BuildFailure(`ECR does not say where the repository ${repository} is`);
    return { service, repository, uri, found: published[at] };
  });
  const [registry = ''] = all[0]?.uri.split('/') ?? [];
  await docker(['login', '--username', 'AWS', '--password-stdin', registry], report.say, password);

  const failed = (await Promise.all(all.map((one) => attempt(settings, one, report)))).flat();
  if (failed.length === 0) return;
  const names = failed.map(({ service }) => service).join(' ');
  throw new BuildFailure(`not published: ${names}. ${failed.map(({ said }) => said).join(' ')}`);
}

/** @returns what failed, with the end of what it said in one line */
async function attempt(
  settings: ImageSettings,
  one: Published,
  report: Report,
): Promise<{ service: Service; said: string }[]> {
  const lines: string[] = [];
  const own = report.of(one.service, (line) => void lines.push(line));
  try {
    own.exportValue(EXPORTS[one.service], `${one.uri}@${await publish(settings, one, own)}`);
    return [];
  } catch (error) {
    own.fail(error);
    const last = lines.filter((line) => line.trim()).slice(-LAST_LINES);
    return [{ service: one.service, said: `${one.service}: ${last.join(' ').replaceAll(/\s+/g, ' ')}.` }];
  }
}

/** @returns digest of the image */
async function publish(settings: ImageSettings, one: Published, report: Report): Promise<string> {
  const { commit, bundleCommit, keepStableTags, platform, dockerfiles } = settings;
  const { service, repository, uri } = one;
  const stable = `${service}-main`;
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
  await docker(['build', '--platform', platform, '--file', dockerfiles[service], ...tags, '.'], report.say);
  await requireOwn(settings);
  let digest: string | undefined;
  await docker(['push', `${uri}:${commit}`], (line) => {
    digest = /: digest: (sha256:[0-9a-f]{64}) size: /.exec(line)?.[1] ?? digest;
    report.say(line);
  });
  if (!keepStableTags) await docker(['push', `${uri}:${stable}`], report.say);
  // Some versions of Docker do not say what the registry has called the image.
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
