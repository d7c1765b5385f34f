import type { Conclusion } from '../../contracts/contracts.ts';
import { conclude, type Observation } from './conclude.ts';

/** The container is essential, and its image is from the service's repository. */
export interface RunningContainer {
  task: string;
  image: string;
  status: string;
  /** The digest is absent until ECS reports it. */
  digest?: string;
}

export interface ServiceImages {
  service: string;
  repository: string;
  repositoryExists: boolean;
  commit: string;
  /** The tag of the commit refers to this digest. The member is absent when there is no such tag. */
  commitDigest?: string;
  stableTag: string;
  stableDigest?: string;
  /**
   * When the tag refers to an index, these are the digests of its images for platforms. ECS may report either digest.
   */
  platformDigests: readonly string[];
  /**
   * The value is true while the service's rollout has not completed, so tasks of the previous deployment may still run.
   */
  rolling: boolean;
  desired: number;
  /** The number counts the running tasks of the service. */
  tasks: number;
  running: readonly RunningContainer[];
  /** These are the running tasks without such a container, with the images of their essential containers. */
  strangers: readonly { task: string; images: readonly string[] }[];
}

const EXPECTED = 'a tag equal to the commit, the stable tag on the same digest, and every running task of that digest';

export function ecrImages(images: readonly ServiceImages[]): Conclusion {
  return conclude(EXPECTED, images.flatMap(judge), { images });
}

type Say = (status: Observation['status'], text: string) => Observation;

function judge(images: ServiceImages): Observation[] {
  const { service, repository, commit, commitDigest, stableTag, stableDigest } = images;
  const say: Say = (status, text) => ({ status, text: `${service}: ${text}` });
  if (!images.repositoryExists) return [say('failed', `repository ${repository} does not exist`)];
  if (!commitDigest) return [say('failed', `${repository} has no image tagged ${commit}`)];
  if (!stableDigest) return [say('failed', `${repository} has no image tagged ${stableTag}`)];
  if (stableDigest !== commitDigest) {
    return [say('failed', `${stableTag} is ${short(stableDigest)}, but ${commit} is ${short(commitDigest)}`)];
  }
  return [running(images, commitDigest, say)];
}

function running(images: ServiceImages, wanted: string, say: Say): Observation {
  const { repository, running, strangers, rolling, commit, desired, tasks } = images;
  const counted = (count: number) => `${count} of ${tasks} task(s)`;
  if (running.length + strangers.length === 0) return say('not-ready', 'no task runs an image of its repository');
  const wrong = rolling ? 'not-ready' : 'failed';
  if (strangers.length > 0) {
    const found = [...new Set(strangers.flatMap((one) => one.images))].join(', ') || 'no essential container';
    return say(wrong, `${counted(strangers.length)} run no image of ${repository}, but ${found}`);
  }
  const ended = running.find(({ status }) => status !== 'RUNNING');
  if (ended) return say('not-ready', `the container of a running task is ${ended.status}: ${ended.image}`);
  if (running.some((one) => !one.digest)) return say('not-ready', 'ECS has not reported the digest of a running task');
  const accepted = new Set([wanted, ...images.platformDigests]);
  const others = running.filter(({ digest = '' }) => !accepted.has(digest));
  if (others.length > 0) {
    const count = new Set(others.map(({ task }) => task)).size;
    const found = [...new Set(others.map(({ digest = '' }) => short(digest)))].join(', ');
    return say(wrong, `${counted(count)} run ${found} instead of ${short(wanted)} (${commit})`);
  }
  if (tasks !== desired) return say('not-ready', `${tasks}/${desired} tasks run, of ${short(wanted)} (${commit})`);
  return say('passed', `${counted(tasks)} run ${short(wanted)} (${commit})`);
}

function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
