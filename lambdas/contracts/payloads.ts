import * as z from 'zod';
import { checkName, checkResult, commitSha, environmentName } from './contracts.ts';
import { imageUris } from './images.ts';
import { lackingPermission, planReview } from './plan.ts';
import { bundleSha256, instant, validationVerdict } from './record.ts';
import {
  executionRef,
  preflightRequest,
  rawInput,
  requestEvent,
  runKeysSchema,
  text,
  validatorEvent,
} from './request.ts';

/** What single Lambdas take, and what they give. State machines pass these on as they are. */

/** `redrive` is `$states.context.Execution.RedriveCount` of this attempt. */
export const claimEvent = requestEvent.extend({ redrive: z.number().int().nonnegative() });
export type ClaimEvent = z.infer<typeof claimEvent>;

/** What of a request every function needs that proves that it still owns the environment, and for its log. */
const held = { machine: true, environment: true, run: true, execution: true, mode: true } as const;
/**
 * What every Lambda gets that changes something for the owner of an environment, and what it uses of the request besides.
 * `fencing` is the number of its claim.
 */
export const heldEvent = claimEvent.extend({ request: preflightRequest.pick(held), fencing: z.number().int() });
export type HeldEvent = z.infer<typeof heldEvent>;

export const outputsEvent = heldEvent.extend({ request: preflightRequest.pick({ ...held, names: true }) });
export type OutputsEvent = z.infer<typeof outputsEvent>;
export const inventoryEvent = heldEvent.extend({
  request: preflightRequest.pick({ ...held, accountId: true, names: true, keys: true, record: true }),
});
export type InventoryEvent = z.infer<typeof inventoryEvent>;
export const emptyBucketEvent = heldEvent.extend({
  request: preflightRequest.pick({ ...held, accountId: true, names: true }),
});
export const releaseClaimEvent = heldEvent.extend({ request: preflightRequest.pick({ ...held, record: true }) });
export type ReleaseClaimEvent = z.infer<typeof releaseClaimEvent>;

/** Of `require-ownership`, which builds ask. */
export const ownershipEvent = z.object({
  environment: environmentName,
  owner: z.string().startsWith('arn:'),
  fencing: z.number().int(),
  redrive: z.number().int().nonnegative(),
  /** Id of the build. */
  build: text,
  /** Of the build's script; `destroy-plan` changes nothing. */
  command: text,
});
export const ownershipResult = z.object({ owned: z.literal(true) });
export type OwnershipResult = z.infer<typeof ownershipResult>;

/** Of `name-blockers`, which a destroy asks: what could not be deleted, by Terraform's words for it. */
export const blockersEvent = z.object({
  environment: environmentName,
  prefix: text,
  /** `error` is Terraform's, absent while it still waits. */
  resources: z.array(z.object({ address: text, type: text, id: text, error: z.string().optional() })).max(50),
});
export type BlockersEvent = z.infer<typeof blockersEvent>;
/** Who uses each; `passes` if it helps to wait. Without those that nobody is known to use. */
export const blockersResult = z.object({
  blockers: z.array(
    z.object({ address: text, id: text, kind: z.enum(['passes', 'managed', 'stays']), why: z.string() }),
  ),
});
export type BlockersResult = z.infer<typeof blockersResult>;

/**
 * Of `claim`. `keys` belong to `run`, which is the run of the life that was taken over, if there was one. Builds run only
 * a bundle of `bundleSha256`, or any if that is `unknown`.
 */
export const claimResult = z.object({
  run: text,
  fencing: z.number().int(),
  keys: runKeysSchema,
  bundleSha256,
  /** Whether the environment was made with variables that an execution was given: builds then do not go on without their file. */
  inputs: z.enum(['given', 'none']),
});
export type ClaimResult = z.infer<typeof claimResult>;

/** Of `review-plan`: a machine asks before people are asked, or the build that goes on to apply the plan. */
const reviewedRequest = preflightRequest.pick({
  ...held,
  ...{ accountId: true, region: true, commit: true, keys: true, names: true, approval: true },
});
export const reviewPlanEvent = z.union([
  heldEvent.extend({ request: reviewedRequest }),
  ownershipEvent.extend({ run: text, commit: commitSha, prefix: text, accountId: text, region: text }),
]);
export type ReviewPlanEvent = z.infer<typeof reviewPlanEvent>;

/**
 * Of `review-plan`. `summary` is for whoever approves it. `refusal` says why nobody may: what the plan makes could not
 * be torn down.
 */
export const reviewPlanResult = planReview.extend({
  summary: text,
  refusal: text.optional(),
  lacking: z.array(lackingPermission),
  /** What could not be held against the role's policies. */
  unjudged: z.array(z.string()),
});
export type ReviewPlanResult = z.infer<typeof reviewPlanResult>;

/** Of `release-claim`: whether the record says again what it said before. Not of a life that the execution began. */
export const releaseClaimResult = z.object({ restored: z.boolean() });
export type ReleaseClaimResult = z.infer<typeof releaseClaimResult>;

/** `since` is from before the services were changed: what ECS said before is about an earlier rollout. */
export const rolloutEvent = z.object({
  request: preflightRequest.pick({
    ...{ environment: true, run: true, execution: true, record: true },
    ...{ names: true, images: true },
  }),
  images: imageUris,
  since: z.iso.datetime({ offset: true }),
});
export type RolloutEvent = z.infer<typeof rolloutEvent>;

/** Of `rollout`: what ECS has decided. While it has not, a NotReadyError says what it is at. */
export const rolloutResult = z.object({
  verdict: z.enum(['COMPLETED', 'REFUSED']),
  /** One line for a person: what runs, or why it does not. */
  summary: z.string(),
});
export type RolloutResult = z.infer<typeof rolloutResult>;

/** Of `move-tags`: the images whose tags become the stable ones; none of a stack without images. */
export const moveTagsEvent = heldEvent.extend({
  request: preflightRequest.pick({ ...held, names: true, images: true }),
  images: imageUris,
});
export type MoveTagsEvent = z.infer<typeof moveTagsEvent>;
/** `moved` is false for a tag that named the image before. */
export const moveTagsResult = z.array(z.object({ repository: text, tag: text, digest: text, moved: z.boolean() }));
export type MoveTagsResult = z.infer<typeof moveTagsResult>;

/** What a Catch around a validator passes on: `$states.errorOutput.Error` and `.Cause`. */
export const failedCheck = z.object({ check: checkName, error: z.string(), cause: z.string().default('') });
export type FailedCheck = z.infer<typeof failedCheck>;

/**
 * Of `evidence`. A NotReadyError's cause is unpacked into the CheckResult that its message carries; any other error,
 * and a requested check without a result, is an `unknown`.
 */
export const evidenceEvent = z.object({
  request: preflightRequest.pick({
    ...{ environment: true, run: true, execution: true, commit: true, accountId: true, region: true },
    ...{ keys: true, checks: true, record: true },
  }),
  results: z.array(z.union([checkResult, failedCheck])),
});
export type EvidenceEvent = z.infer<typeof evidenceEvent>;

export const evidenceResult = z.object({
  verdict: validationVerdict,
  /** Names of the checks that failed. */
  failed: z.array(checkName),
  /** Names of the checks that could not look. */
  unknown: z.array(checkName),
  /** One line for a person: which checks failed, and what they observed. */
  summary: z.string(),
  /** `PARTIAL 1/7`; absent when all checks of the stack were asked for. */
  partial: text.optional(),
  /** Keys in the bucket. `html` is the report for people; absent when it could not be written. */
  evidence: z.object({ bucket: text, prefix: text, report: text, html: text.optional() }),
});
export type EvidenceResult = z.infer<typeof evidenceResult>;

/** Of `inventory`. `key` is where the list lies in the control bucket; `lineage` is absent when there is no state. */
export const inventoryResult = z.object({
  backendExists: z.boolean(),
  /** In the bucket, or saved by a build that could not write it there. */
  stateExists: z.boolean(),
  resources: z.number().int(),
  lineage: z.string().optional(),
  key: text,
});
export type InventoryResult = z.infer<typeof inventoryResult>;

/** One resource that Terraform's state knew of before the destroy. */
export const inventoryItem = z.object({
  type: text,
  name: text,
  id: z.string(),
  arn: z.string().optional(),
  service: text,
  /** What it is a part of, as its attributes name that: ids, names or ARNs. */
  of: z.array(z.string()).optional(),
  /** Address of a provider that is not AWS's. */
  provider: z.string().optional(),
  /** Where it is, if the state says so outside of its ARN. */
  region: z.string().optional(),
  /** Name of an aliased provider, which may be of any region, where neither the ARN nor `region` says of which. */
  alias: z.string().optional(),
  /** It has not both tags that say whose it is: its type takes none, or the root gives it none. */
  untagged: z.literal(true).optional(),
  /** What its price depends on. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type InventoryItem = z.infer<typeof inventoryItem>;
export const inventoryFile = z.array(inventoryItem);

/** Of `empty-bucket`: how many object versions and delete markers were removed. */
export const emptyBucketResult = z.object({ deleted: z.number().int() });
export type EmptyBucketResult = z.infer<typeof emptyBucketResult>;

/**
 * Of `remove-unmanaged`: `stack` before the destroy, for what Terraform made and its state does not know; `rest` after it,
 * for all that is left. `attempt` is the state's own count of retries.
 */
export const removeUnmanagedEvent = heldEvent.extend({
  request: preflightRequest,
  phase: z.enum(['stack', 'rest']),
  attempt: z.number().int().nonnegative(),
});
export type RemoveUnmanagedEvent = z.infer<typeof removeUnmanagedEvent>;

const resource = z.object({ service: text, type: text, id: text, arn: z.string().optional() });
const keptResource = resource.extend({ reason: z.string() });

/** `keys.unmanaged`: what was removed in a run, and how far the latest attempt came. */
export const unmanagedReport = z.object({
  execution: text,
  phase: z.enum(['stack', 'rest']),
  removed: z.array(resource.extend({ at: instant, execution: text })),
  kept: z.array(keptResource),
  /** What stood in the way, one line a resource. */
  blocked: z.array(z.string()),
  left: z.array(z.string()),
  /** The attempt that last changed anything. */
  lastProgress: z.number().int(),
});
export type UnmanagedReport = z.infer<typeof unmanagedReport>;

/** `unmanaged` were removed, or in mode `plan` would be; `kept` exist too, and nothing proves that they may go. */
export const removeUnmanagedResult = z.object({
  mode: z.enum(['destroy', 'plan']),
  summary: z.string(),
  count: z.number().int(),
  unmanaged: z.array(resource),
  kept: z.array(keptResource),
  key: text,
});
export type RemoveUnmanagedResult = z.infer<typeof removeUnmanagedResult>;

export const leaseEvent = z.object({
  request: preflightRequest.pick({
    ...{ machine: true, environment: true, run: true, execution: true },
    ...{ hours: true, until: true, maxCostUsd: true, reason: true },
  }),
});
export type LeaseRequest = z.infer<typeof leaseEvent>['request'];

/** Of `lease`: how the environment stands after `extend` or `protect`. */
export const leaseResult = z.object({
  expiresAt: instant,
  /** Absent when it is not protected. */
  protectedUntil: instant.optional(),
  /** When it is torn down: the later of the two. */
  endsAt: instant,
});
export type LeaseResult = z.infer<typeof leaseResult>;

/**
 * Whoever has changed the record asks for schedules that follow it; an owner of the environment says with which claim. With
 * hours, the environment is gone: it is swept so many hours from now, and nothing else is scheduled.
 */
const scheduledRequest = preflightRequest.pick({ ...held, names: true, keepBackend: true });
export const schedulesEvent = z.union([
  heldEvent.extend({
    request: scheduledRequest,
    sweepAfterHours: z.array(z.number().int().positive()).optional(),
  }),
  z.strictObject({ request: scheduledRequest }),
]);
/** Of `schedules`: what is scheduled now. */
export const schedulesResult = z.object({
  teardownAt: instant.optional(),
  warnAt: instant.optional(),
  sweepsAt: z.array(instant).optional(),
});
export type SchedulesResult = z.infer<typeof schedulesResult>;

/**
 * The input of a warning's schedule. `endsAt` is the end on the record when the schedule was written, and says whether the
 * warning still holds. `teardownAt` is the time of the teardown's schedule: the end, rounded up to a whole minute.
 */
export const expiryWarningEvent = z.object({ environment: environmentName, endsAt: instant, teardownAt: instant });
export type ExpiryWarningEvent = z.infer<typeof expiryWarningEvent>;

export const findExpiredEvent = z.object({ input: rawInput, execution: executionRef });
export type FindExpiredEvent = z.infer<typeof findExpiredEvent>;

/** Of `find-expired`. `name` is the name of the teardown's execution, the same for whoever asks about the same time. */
export const findExpiredResult = z.object({
  expired: z.array(z.object({ environment: environmentName, expiresAt: instant, name: text, reason: text })),
  /** Their time is over, and they stay for now. */
  skipped: z.array(z.object({ environment: text, why: text })),
  /** Their records cannot be read, so nobody knows. */
  unreadable: z.array(z.object({ environment: text, why: text })),
  /** How many are in their time. */
  living: z.number().int().nonnegative(),
});
export type FindExpiredResult = z.infer<typeof findExpiredResult>;

/** EventBridge's "Step Functions Execution Status Change". */
export const executionChangedEvent = z.object({
  detail: z.object({
    executionArn: z.string().startsWith('arn:'),
    stateMachineArn: z.string().startsWith('arn:'),
    name: text,
    status: z.string(),
    startDate: z.number(),
    stopDate: z.number().nullable(),
    /** Absent, as is the output, where the event would be too large with it. */
    input: z.string().nullish(),
    output: z.string().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
    redriveCount: z.number().int().nullish(),
  }),
});
export type ExecutionChangedEvent = z.infer<typeof executionChangedEvent>;

/** The part of a request that a function takes, by the name that it has in the state machines: `${OutputsRequest}`. */
export const REQUEST_PARTS = {
  ReviewPlanRequest: reviewedRequest,
  OutputsRequest: outputsEvent.shape.request,
  InventoryRequest: inventoryEvent.shape.request,
  EmptyBucketRequest: emptyBucketEvent.shape.request,
  ReleaseClaimRequest: releaseClaimEvent.shape.request,
  RolloutRequest: rolloutEvent.shape.request,
  MoveTagsRequest: moveTagsEvent.shape.request,
  EvidenceRequest: evidenceEvent.shape.request,
  SchedulesRequest: scheduledRequest,
  LeaseRequest: leaseEvent.shape.request,
  CheckRequest: validatorEvent.shape.request,
} as const;
