import { findBuild, readBuild, readResults, startBuild } from '../aws/check-builds.ts';
import { manifest } from '../contracts/functions/check-build.ts';
import { systemClock } from '../runtime/clock.ts';
import { configuredValidator } from '../runtime/validator.ts';
import { observeBuild } from '../validation/observe-build.ts';

/** The check acts: it starts a build. */
export const handler = configuredValidator(
  manifest,
  ({ request, outputs }, { CHECK, BUILD, CONTROL_BUCKET }, since) =>
    observeBuild(
      CHECK,
      BUILD,
      { request, outputs, since },
      {
        find: findBuild,
        start: (build) => startBuild(CONTROL_BUCKET, build),
        read: readBuild,
        readResults: (key) => readResults(CONTROL_BUCKET, key),
        clock: systemClock,
      },
    ),
  'once',
);
