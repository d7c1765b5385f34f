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

/**
 * This module describes what single Lambda functions take and return. State machines pass these values on as they are.
 */

/** `redrive` is `$states.context.Execution.RedriveCount` of this attempt. */
export const claimEvent = requestEvent.extend({ redrive: z.number().int().nonnegative() });
export type ClaimEvent = z.infer<typeof claimEvent>;

/**
 * Every function that proves that its execution still owns the environment needs these members of a request, also for
 * its log.
 */
const held = { machine: true, environment: true, run: true, execution: true, mode: true } as const;
/**
 * Every Lambda function that changes something for the owner of an environment takes this event, with the members of
 * the request that it uses. `fencing` is the number of the owner's claim.
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

/** Builds call `require-ownership` with this event. */
export const ownershipEvent = z.object({
  environment: environmentName,
  owner: z.string().startsWith('arn:'),
  fencing: z.number().int(),
  redrive: z.number().int().nonnegative(),
  /** The value is the id of the build. */
  build: text,
  /** The value is the command of the build's script. `destroy-plan` changes nothing. */
  command: text,
});
export const ownershipResult = z.object({ owned: z.literal(true) });
export type OwnershipResult = z.infer<typeof ownershipResult>;

/** A destroy calls `name-blockers` with this event. It lists what could not be deleted, in Terraform's words. */
export const blockersEvent = z.object({
  environment: environmentName,
  prefix: text,
  /** `error` is Terraform's error. It is absent while Terraform still waits. */
  resources: z.array(z.object({ address: text, type: text, id: text, error: z.string().optional() })).max(50),
});
export type BlockersEvent = z.infer<typeof blockersEvent>;
/**
 * The result says who uses each resource. `kind` is `passes` if waiting helps. Resources without a known user are not
 * in it.
 */
export const blockersResult = z.object({
  blockers: z.array(
    z.object({ address: text, id: text, kind: z.enum(['passes', 'managed', 'stays']), why: z.string() }),
  ),
});
export type BlockersResult = z.infer<typeof blockersResult>;

/**
 * `claim` returns this result. `keys` belong to `run`, which is the run of the life that was taken over, if there was
 * one. Builds run only a bundle of `bundleSha256`, or any bundle if that is `unknown`.
 */
export const claimResult = z.object({
  run: text,
  fencing: z.number().int(),
  keys: runKeysSchema,
  bundleSha256,
  /**
   * The value is `given` if the record has values of variables that an execution gave. Builds then stop if their file
   * is missing.
   */
  inputs: z.enum(['given', 'none']),
});
export type ClaimResult = z.infer<typeof claimResult>;

/**
 * `review-plan` takes this request from a machine before people are asked, or from the build before it applies the
 * plan.
 */
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
 * `review-plan` returns this result. `summary` is for the person who approves the plan. `refusal` says why nobody may
 * approve it: what the plan creates could not be torn down.
 */
export const reviewPlanResult = planReview.extend({
  summary: text,
  refusal: text.optional(),
  lacking: z.array(lackingPermission),
  /** These actions could not be compared with the role's policies. */
  unjudged: z.array(z.string()),
});
export type ReviewPlanResult = z.infer<typeof reviewPlanResult>;

/**
 * `release-claim` returns this result. `restored` says whether the record has its earlier values again. It is false for
 * a life that the execution began.
 */
export const releaseClaimResult = z.object({ restored: z.boolean() });
export type ReleaseClaimResult = z.infer<typeof releaseClaimResult>;

/** `since` is from before the services were changed. What ECS reported earlier is about an earlier rollout. */
export const rolloutEvent = z.object({
  request: preflightRequest.pick({
    ...{ environment: true, run: true, execution: true, record: true },
    ...{ names: true, images: true },
  }),
  images: imageUris,
  since: z.iso.datetime({ offset: true }),
});
export type RolloutEvent = z.infer<typeof rolloutEvent>;

/** `rollout` returns the decision of ECS. While ECS has not decided, a NotReadyError describes the progress. */
export const rolloutResult = z.object({
  verdict: z.enum(['COMPLETED', 'REFUSED']),
  /** The line says for a person what runs, or why it does not. */
  summary: z.string(),
});
export type RolloutResult = z.infer<typeof rolloutResult>;

/** `move-tags` takes the images whose tags become the stable ones. A stack without images has none. */
export const moveTagsEvent = heldEvent.extend({
  request: preflightRequest.pick({ ...held, names: true, images: true }),
  images: imageUris,
});
export type MoveTagsEvent = z.infer<typeof moveTagsEvent>;
/** `moved` is false for a tag that named the image before. */
export const moveTagsResult = z.array(z.object({ repository: text, tag: text, digest: text, moved: z.boolean() }));
export type MoveTagsResult = z.infer<typeof moveTagsResult>;

/** A Catch around a validator passes on `$states.errorOutput.Error` and `.Cause`. */
export const failedCheck = z.object({ check: checkName, error: z.string(), cause: z.string().default('') });
export type FailedCheck = z.infer<typeof failedCheck>;

/**
 * `evidence` takes this event. A NotReadyError's cause is unpacked into the CheckResult that its message carries. Any
 * other error, and a requested check without a result, is an `unknown`.
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
  /** These checks failed. */
  failed: z.array(checkName),
  /** These checks could not observe. */
  unknown: z.array(checkName),
  /** The line says for a person which checks failed, and what they observed. */
  summary: z.string(),
  /** The label, such as `PARTIAL 1/7`, is absent when all checks of the stack were requested. */
  partial: text.optional(),
  /** The values are keys in the bucket. `html` is the report for people and is absent when it could not be written. */
  evidence: z.object({ bucket: text, prefix: text, report: text, html: text.optional() }),
});
export type EvidenceResult = z.infer<typeof evidenceResult>;

/**
 * `inventory` returns this result. `key` is the key of the list in the control bucket. `lineage` is absent when there
 * is no state.
 */
export const inventoryResult = z.object({
  backendExists: z.boolean(),
  /** The state is in the bucket, or was saved by a build that could not write it there. */
  stateExists: z.boolean(),
  resources: z.number().int(),
  lineage: z.string().optional(),
  key: text,
});
export type InventoryResult = z.infer<typeof inventoryResult>;

/** Describes one resource that Terraform's state listed before the destroy. */
export const inventoryItem = z.object({
  type: text,
  name: text,
  id: z.string(),
  arn: z.string().optional(),
  service: text,
  /** The resource is a part of these, as its attributes name them: by ids, names or ARNs. */
  of: z.array(z.string()).optional(),
  /** The value is the address of a provider that is not AWS's. */
  provider: z.string().optional(),
  /** The region is present if the state has it outside of the ARN. */
  region: z.string().optional(),
  /**
   * The value is the name of an aliased provider, which may have any region, where neither the ARN nor `region` has the
   * region.
   */
  alias: z.string().optional(),
  /** The resource does not have both tags that say to whom it belongs: its type takes none, or the root sets none. */
  untagged: z.literal(true).optional(),
  /** A state had the resource at this time. What is created under its name later is another resource. */
  listedAt: instant.optional(),
  /** The price depends on these facts. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type InventoryItem = z.infer<typeof inventoryItem>;
export const inventoryFile = z.array(inventoryItem);

/** `empty-bucket` returns how many object versions and delete markers it removed. */
export const emptyBucketResult = z.object({ deleted: z.number().int() });
export type EmptyBucketResult = z.infer<typeof emptyBucketResult>;

/**
 * `remove-unmanaged` takes this event. The phase `stack` is before the destroy, for what Terraform created and its
 * state does not list. The phase `rest` is after the destroy, for everything that is left. `attempt` is the state's own
 * count of retries.
 */
export const removeUnmanagedEvent = heldEvent.extend({
  request: preflightRequest,
  phase: z.enum(['stack', 'rest']),
  attempt: z.number().int().nonnegative(),
});
export type RemoveUnmanagedEvent = z.infer<typeof removeUnmanagedEvent>;

const resource = z.object({ service: text, type: text, id: text, arn: z.string().optional() });
const keptResource = resource.extend({ reason: z.string() });

/** The file `keys.unmanaged` says what was removed in a run, and how far the latest attempt came. */
export const unmanagedReport = z.object({
  execution: text,
  phase: z.enum(['stack', 'rest']),
  removed: z.array(resource.extend({ at: instant, execution: text })),
  kept: z.array(keptResource),
  /** Each line names a resource and what blocked its deletion. */
  blocked: z.array(z.string()),
  left: z.array(z.string()),
  /** The attempt of this number was the last that changed anything. */
  lastProgress: z.number().int(),
});
export type UnmanagedReport = z.infer<typeof unmanagedReport>;

/**
 * `unmanaged` were removed, or would be in mode `plan`. `kept` exist too, and nothing proves that they may be removed.
 */
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

/** `lease` returns the end of the environment after `extend` or `protect`. */
export const leaseResult = z.object({
  expiresAt: instant,
  /** The member is absent when the environment is not protected. */
  protectedUntil: instant.optional(),
  /** The environment is torn down at the later of the two times. */
  endsAt: instant,
});
export type LeaseResult = z.infer<typeof leaseResult>;

/**
 * The function that has changed the record requests schedules that follow it. An owner of the environment passes its
 * claim. With `sweepAfterHours`, the environment is gone: it is swept that number of hours from now, and no teardown or
 * warning is scheduled.
 */
const scheduledRequest = preflightRequest.pick({ ...held, names: true, keepBackend: true });
export const schedulesEvent = z.union([
  heldEvent.extend({
    request: scheduledRequest,
    sweepAfterHours: z.array(z.number().int().positive()).optional(),
  }),
  z.strictObject({ request: scheduledRequest }),
]);
/** `schedules` returns what is scheduled now. */
export const schedulesResult = z.object({
  teardownAt: instant.optional(),
  warnAt: instant.optional(),
  sweepsAt: z.array(instant).optional(),
});
export type SchedulesResult = z.infer<typeof schedulesResult>;

/**
 * The event is the input of a warning's schedule. `endsAt` is the end on the record when the schedule was written, and
 * shows whether the warning is still valid. `teardownAt` is the time of the teardown's schedule: the end, rounded up to
 * a whole minute.
 */
export const expiryWarningEvent = z.object({ environment: environmentName, endsAt: instant, teardownAt: instant });
export type ExpiryWarningEvent = z.infer<typeof expiryWarningEvent>;

export const findExpiredEvent = z.object({ input: rawInput, execution: executionRef });
export type FindExpiredEvent = z.infer<typeof findExpiredEvent>;

/**
 * `find-expired` returns this result. `name` is the name of the teardown's execution. It is the same in every result
 * for the same time.
 */
export const findExpiredResult = z.object({
  expired: z.array(z.object({ environment: environmentName, expiresAt: instant, name: text, reason: text })),
  /** These environments have expired and stay for now. */
  skipped: z.array(z.object({ environment: text, why: text })),
  /** The records of these environments cannot be read, so nobody knows whether they have expired. */
  unreadable: z.array(z.object({ environment: text, why: text })),
  /** The value counts the environments that have not expired. */
  living: z.number().int().nonnegative(),
});
export type FindExpiredResult = z.infer<typeof findExpiredResult>;

/** The event is EventBridge's "Step Functions Execution Status Change". */
export const executionChangedEvent = z.object({
  detail: z.object({
    executionArn: z.string().startsWith('arn:'),
    stateMachineArn: z.string().startsWith('arn:'),
    name: text,
    status: z.string(),
    startDate: z.number(),
    stopDate: z.number().nullable(),
    /** The input and the output are absent where the event would be too large with them. */
    input: z.string().nullish(),
    output: z.string().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
    redriveCount: z.number().int().nullish(),
  }),
});
export type ExecutionChangedEvent = z.infer<typeof executionChangedEvent>;

/**
 * Each member is the part of a request that a function takes. Its name is the name in the state machines:
 * `${OutputsRequest}`.
 */
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
