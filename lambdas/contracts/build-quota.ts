/**
 * Service Quotas has one quota for each compute type and platform. These are the small ones, by the platform's name in a
 * project: https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
 */
const SMALL_BUILDS = {
  ARM_CONTAINER: { code: 'L-5ED1D25B', name: 'Concurrently running builds for ARM/Small environment' },
  LINUX_CONTAINER: { code: 'L-9D07B6EF', name: 'Concurrently running builds for Linux/Small environment' },
} as const;

/** A build may wait in the queue for this time, and then CodeBuild cancels it. CodeBuild's default is 8 hours. */
export const QUEUE_MINUTES = 30;

/** The build projects run on these platforms (`lib/builds/build-project.ts`). */
export type BuildPlatform = keyof typeof SMALL_BUILDS;

export const BUILD_PLATFORMS = Object.keys(SMALL_BUILDS) as BuildPlatform[];

export function smallBuildsOf(platform: BuildPlatform) {
  return { service: 'codebuild', ...SMALL_BUILDS[platform] };
}

/**
 * Returns how many builds may run at once. An environment has one build at a time, and all expired environments are
 * torn down at once (`expire.asl.json`). The minimum is two, also before the first environment exists: a team soon has
 * a second one.
 */
export function buildsAtOnce(environments: number): number {
  return Math.max(2, environments);
}
