/**
 * Both build projects have this compute type (`lib/builds/build-project.ts`), unless images are built for x86-64.
 * Service Quotas has one quota for each compute type and platform:
 * https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
 */
export const ARM_SMALL_BUILDS = {
  service: 'codebuild',
  code: 'L-5ED1D25B',
  name: 'Concurrently running builds for ARM/Small environment',
} as const;

/** A build may wait in the queue for this time, and then CodeBuild cancels it. CodeBuild's default is 8 hours. */
export const QUEUE_MINUTES = 30;

/**
 * Returns how many builds may run at once. An environment has one build at a time, and all expired environments are
 * torn down at once (`expire.asl.json`). The minimum is two, also before the first environment exists: a team soon has
 * a second one.
 */
export function buildsAtOnce(environments: number): number {
  return Math.max(2, environments);
}
