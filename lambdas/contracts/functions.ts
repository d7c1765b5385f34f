import type { EnvironmentOf } from './environment-variables.ts';
import { manifest as board } from './functions/board.ts';
import { manifest as checkAlbHealth } from './functions/check-alb-health.ts';
import { manifest as checkBackend } from './functions/check-backend.ts';
import { manifest as checkBuild } from './functions/check-build.ts';
import { manifest as checkE2eOrder } from './functions/check-e2e-order.ts';
import { manifest as checkEcrImages } from './functions/check-ecr-images.ts';
import { manifest as checkEcsServices } from './functions/check-ecs-services.ts';
import { manifest as checkJourney } from './functions/check-journey.ts';
import { manifest as checkResources } from './functions/check-resources.ts';
import { manifest as checkSqsBacklog } from './functions/check-sqs-backlog.ts';
import { manifest as checkWorkerLogs } from './functions/check-worker-logs.ts';
import { manifest as claim } from './functions/claim.ts';
import { manifest as customCheck } from './functions/custom-check.ts';
import type { Manifest } from './functions/define.ts';
import { manifest as emptyBucket } from './functions/empty-bucket.ts';
import { manifest as environmentMetrics } from './functions/environment-metrics.ts';
import { manifest as evidence } from './functions/evidence.ts';
import { manifest as executionChanged } from './functions/execution-changed.ts';
import { manifest as expiryWarning } from './functions/expiry-warning.ts';
import { manifest as findExpired } from './functions/find-expired.ts';
import { manifest as inventory } from './functions/inventory.ts';
import { manifest as lease } from './functions/lease.ts';
import { manifest as moveTags } from './functions/move-tags.ts';
import { manifest as nameBlockers } from './functions/name-blockers.ts';
import { manifest as orphans } from './functions/orphans.ts';
import { manifest as outputs } from './functions/outputs.ts';
import { manifest as preflight } from './functions/preflight.ts';
import { manifest as preview } from './functions/preview.ts';
import { manifest as pullRequest } from './functions/pull-request.ts';
import { manifest as releaseClaim } from './functions/release-claim.ts';
import { manifest as removeUnmanaged } from './functions/remove-unmanaged.ts';
import { manifest as requireOwnership } from './functions/require-ownership.ts';
import { manifest as reviewPlan } from './functions/review-plan.ts';
import { manifest as rollout } from './functions/rollout.ts';
import { manifest as schedules } from './functions/schedules.ts';
import { manifest as sweepServices } from './functions/sweep-services.ts';
import { manifest as verdict } from './functions/verdict.ts';

/** This module has the manifests of all functions. A handler imports only its own manifest. */

const HANDLERS = {
  preflight,
  claim,
  'require-ownership': requireOwnership,
  'name-blockers': nameBlockers,
  'review-plan': reviewPlan,
  'release-claim': releaseClaim,
  outputs,
  rollout,
  'move-tags': moveTags,
  'check-ecs-services': checkEcsServices,
  'check-alb-health': checkAlbHealth,
  'check-worker-logs': checkWorkerLogs,
  'check-e2e-order': checkE2eOrder,
  'check-sqs-backlog': checkSqsBacklog,
  'check-ecr-images': checkEcrImages,
  'check-backend': checkBackend,
  'check-resources': checkResources,
  'check-build': checkBuild,
  'check-journey': checkJourney,
  evidence,
  inventory,
  'empty-bucket': emptyBucket,
  'remove-unmanaged': removeUnmanaged,
  'sweep-services': sweepServices,
  verdict,
  lease,
  schedules,
  'expiry-warning': expiryWarning,
  'find-expired': findExpired,
  'execution-changed': executionChanged,
  'environment-metrics': environmentMetrics,
  'pull-request': pullRequest,
  preview,
  board,
  orphans,
};
export const FUNCTIONS = { ...HANDLERS, 'custom-check': customCheck };

/** The names are also those of the files in `lambdas/handlers/` and, after `runbook-`, of the functions. */
export type HandlerName = keyof typeof HANDLERS;
export const HANDLER_NAMES = Object.keys(HANDLERS) as HandlerName[];
/** Every stack has these handlers. */
export type CommonHandler = Exclude<HandlerName, `check-${string}`>;
export const COMMON_HANDLERS = HANDLER_NAMES.filter((name): name is CommonHandler => !name.startsWith('check-'));
/** The type names whatever has environment variables, also a custom check, wherever its file is. */
export type LambdaName = keyof typeof FUNCTIONS;

export const manifestOf = (name: LambdaName): Manifest => FUNCTIONS[name];

export type HandlerEnvironment<H extends LambdaName> = EnvironmentOf<(typeof FUNCTIONS)[H]>;
