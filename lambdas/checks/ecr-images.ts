import type { Conclusion } from '../shared/contracts.ts';
import { conclude, type Observation } from './conclude.ts';

export interface RunningContainer {
  task: string;
  image: string;
  /** Absent while ECS has not reported it. */
  digest?: string;
}

export interface ServiceImages {
  service: string;
  repository: string;
  repositoryExists: boolean;
  commit: string;
  /** Digest that the tag of the commit points at; absent when there is no such tag. */
  commitDigest?: string;
  stableTag: string;
  stableDigest?: string;
  /** The service's rollout has not completed, so tasks of the deployment before may still run. */
  rolling: boolean;
  /** Containers, in running tasks of the service, whose image is of the repository. */
  running: RunningContainer[];
}

const EXPECTED = 'a tag equal to the commit, the stable tag on the same digest, and every running task of that digest';

export function ecrImages(images: readonly ServiceImages[]): Conclusion {
  return conclude(EXPECTED, images.flatMap(judge), { images });
}

function judge(images: ServiceImages): Observation[] {
  const { service, repository, commit, commitDigest, stableTag, stableDigest } = images;
  const say = (status: Observation['status'], text: string): Observation => ({ status, text: `${service}: ${text}` });
  if (!images.repositoryExists) return [say('failed', `repository ${repository} does not exist`)];
  if (!commitDigest) return [say('failed', `${repository} has no image tagged ${commit}`)];
  if (!stableDigest) return [say('failed', `${repository} has no image tagged ${stableTag}`)];
  if (stableDigest !== commitDigest) {
    return [say('failed', `${stableTag} is ${short(stableDigest)}, but ${commit} is ${short(commitDigest)}`)];
  }
  return [running(images, commitDigest, say)];
}

function running(
  { running, rolling, commit }: ServiceImages,
  wanted: string,
  say: (status: Observation['status'], text: string) => Observation,
): Observation {
  if (running.length === 0) return say('not-ready', 'no task runs an image of its repository');
  if (running.some((one) => !one.digest)) return say('not-ready', 'ECS has not reported the digest of a running task');
  const others = running.filter((one) => one.digest !== wanted);
  if (others.length === 0) return say('passed', `${running.length} task(s) run ${short(wanted)} (${commit})`);
  const found = [...new Set(others.map((one) => short(one.digest ?? '')))].join(', ');
  return say(
    rolling ? 'not-ready' : 'failed',
    `${others.length} task(s) run ${found} instead of ${short(wanted)} (${commit})`,
  );
}

function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
