/**
 * The quota of the compute type that both build projects have (`lib/builds/build-project.ts`) unless images are built for x86-64, as Service Quotas names it: one of each compute type
 * and platform (https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html).
 */
export const ARM_SMALL_BUILDS = {
  service: 'codebuild',
  code: 'L-5ED1D25B',
  name: 'Concurrently running builds for ARM/Small environment',
} as const;

/**
 * An environment has one build at a time, and every expired environment is torn down at once (`expire.asl.json`): so many builds run when
 * `environments` are there. Two, before there is one: a team soon has a second.
 */
export function buildsAtOnce(environments: number): number {
  return Math.max(2, environments);
}
