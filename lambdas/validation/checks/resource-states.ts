import type { TargetOf } from '../../contracts/resource-checks.ts';
import { excerpt, type Seen } from './resource-seen.ts';
import { type QueueCounts, total } from './sqs-backlog.ts';

/** Resources of which a description says how they are. `undefined` is what its service knows nothing of. */

export const expectedOfQueue = ({ atMost }: TargetOf<'sqs'>): string =>
  `visible + in flight + delayed <= ${atMost} in each sample`;

/** @param samples one server's word each */
export function queue({ atMost }: TargetOf<'sqs'>, samples: readonly (QueueCounts | undefined)[]): Seen {
  if (samples.length === 0) return { status: 'unknown', text: 'the queue was never sampled' };
  const counts = samples.flatMap((one) => (one ? [total(one)] : []));
  if (counts.length < samples.length) return { status: 'failed', text: 'the queue does not exist' };
  const text = `${counts.join(', ')} messages`;
  return counts.every((count) => count <= atMost)
    ? { status: 'passed', text }
    : { status: 'not-ready', text: `${text}, and ${atMost} are allowed` };
}

export interface Table {
  /** As the answer has it. */
  arn?: string;
  status: string;
  indexes: readonly { name: string; status: string }[];
  /** Absent when it was not asked for. */
  pointInTimeRecovery?: string;
}

export const expectedOfTable = ({ pointInTimeRecovery }: TargetOf<'dynamodb'>): string =>
  `the table and its indexes are ACTIVE${pointInTimeRecovery ? ', point-in-time recovery is ENABLED' : ''}`;

const BECOMES_ACTIVE = new Set(['CREATING', 'UPDATING', 'ACTIVATING']);

/** @param wanted indexes that Terraform has made */
export function table(
  { pointInTimeRecovery }: TargetOf<'dynamodb'>,
  found: Table | undefined,
  wanted: readonly string[] = [],
): Seen[] {
  if (!found) return [{ status: 'failed', text: 'the table does not exist' }];
  const active = (status: string, text: string): Seen => {
    if (status === 'ACTIVE') return { status: 'passed', text };
    return { status: BECOMES_ACTIVE.has(status) ? 'not-ready' : 'failed', text };
  };
  const { pointInTimeRecovery: recovery = 'not read' } = found;
  const missing = wanted.filter((name) => !found.indexes.some((index) => index.name === name));
  return [
    active(found.status, found.status),
    ...missing.map((name): Seen => ({ status: 'not-ready', text: `index ${name} does not exist` })),
    ...found.indexes.map(({ name, status }) => active(status, `index ${name} is ${status}`)),
    ...(pointInTimeRecovery ? [recoverySeen(recovery)] : []),
  ];
}

function recoverySeen(status: string): Seen {
  const text = `point-in-time recovery is ${status}`;
  if (status === 'ENABLED') return { status: 'passed', text };
  return { status: status === 'DISABLED' ? 'failed' : 'unknown', text };
}

export interface Database {
  /** As the answer has it. */
  arn?: string;
  status: string;
  /** Of a cluster. Its own status says nothing of its instances. The status is absent when RDS does not know the instance. */
  members?: readonly { id: string; writes: boolean; status?: string }[];
}

export const EXPECTED_OF_DATABASE = 'the database and its instances are available';

/**
 * While it backs itself up or is optimized, a database serves:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
 */
const AVAILABLE = new Set(['available', 'backing-up', 'storage-optimization', 'configuring-enhanced-monitoring']);
const BECOMES_AVAILABLE =
  /^(creating|modifying|rebooting|starting|upgrading|renaming|maintenance|promoting|failing-over|resetting-master-credentials|configuring-.*|converting-.*|moving-to-vpc|preparing-data-migration|storage-config-upgrade|storage-initialization|update-iam-db-auth|backtracking|migrating)$/;

export function database(found: Database | undefined): Seen[] {
  if (!found) return [{ status: 'failed', text: 'the database does not exist' }];
  const { status, members } = found;
  if (!members) return [availability(status, status)];
  const writers = members.filter(({ writes }) => writes).length;
  return [
    availability(status, status),
    {
      status: writers === 1 ? 'passed' : 'not-ready',
      text: `${members.length} instances, ${writers} of which write`,
    },
    ...members.map((one): Seen => {
      if (one.status === undefined) return { status: 'not-ready', text: `instance ${one.id} does not exist` };
      return availability(one.status, `instance ${one.id} is ${one.status}`);
    }),
  ];
}

function availability(status: string, text: string): Seen {
  if (AVAILABLE.has(status)) return { status: 'passed', text };
  return { status: BECOMES_AVAILABLE.test(status) ? 'not-ready' : 'failed', text };
}

export interface Machine {
  status: string;
  /** That have ended, newest first. */
  ended: readonly { name: string; status: string }[];
}

export const expectedOfMachine = ({ last, atLeast }: TargetOf<'step-functions'>): string =>
  `the machine is ACTIVE${last > 0 ? `, its last ${last} executions SUCCEEDED` : ''}${atLeast > 0 ? `, and there are ${atLeast}` : ''}`;

export function machine({ last, atLeast }: TargetOf<'step-functions'>, found: Machine | undefined): Seen[] {
  if (!found) return [{ status: 'failed', text: 'the machine does not exist' }];
  const state: Seen = { status: found.status === 'ACTIVE' ? 'passed' : 'failed', text: found.status };
  const wanted = Math.max(last, atLeast);
  if (wanted === 0) return [state];
  const ended = found.ended.slice(0, wanted);
  const bad = ended.slice(0, last).filter(({ status }) => status !== 'SUCCEEDED');
  const well = Math.min(last, ended.length);
  return [
    state,
    ...bad.map(({ name, status }): Seen => ({ status: 'not-ready', text: `execution ${name} ${status}` })),
    ...(ended.length < atLeast
      ? [{ status: 'unread' as const, text: `${ended.length} executions have ended, and ${atLeast} are wanted` }]
      : []),
    ...(bad.length === 0 ? [{ status: 'passed' as const, text: endedText(well, ended.length) }] : []),
  ];
}

/** Only the last ones have to have succeeded. */
function endedText(succeeded: number, ended: number): string {
  if (ended === 0) return 'no execution has ended yet';
  return succeeded === ended
    ? `${ended} executions SUCCEEDED`
    : `${ended} executions have ended, the last ${succeeded} SUCCEEDED`;
}

export interface Rule {
  /** As the answer has it. */
  arn?: string;
  state: string;
  /** By id. */
  targets: readonly string[];
}

export const EXPECTED_OF_RULE = 'the rule is ENABLED and has targets';

export function rule(found: Rule | undefined): Seen[] {
  if (!found) return [{ status: 'failed', text: 'the rule does not exist' }];
  const { state, targets } = found;
  // ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS takes more events.
  const isOn = /^ENABLED(_|$)/.test(state);
  return [
    { status: isOn ? 'passed' : 'failed', text: isOn || state === 'DISABLED' ? state : excerpt(state) },
    targets.length > 0
      ? { status: 'passed', text: `${targets.length} targets` }
      : { status: 'failed', text: 'the rule has no target' },
  ];
}
