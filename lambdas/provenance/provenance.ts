import type { Finding } from '../contracts/contracts.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { PROVENANCE, type SweepService, type SweepServiceResult } from '../contracts/sweep-request.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { HOUR_MS } from '../runtime/clock.ts';
import { isOurs } from '../runtime/errors.ts';
import { partitionByExclusion } from '../sweep/exclusions.ts';
import { judgeOf } from '../sweep/judge-findings.ts';
import { sweepOfArn } from '../sweep/sweep-of-arn.ts';
import { type Candidate, PART, type SweepPorts, type SweepScope } from '../sweep/sweep-service.ts';
import { type Created, createdBy, describe, idOf, namesOf } from './trail-created.ts';
import {
  beginsSession,
  creates,
  mayChange,
  mayRemove,
  outlives,
  ownNames,
  placeOf,
  removerOf,
  removes,
  sessionBegun,
  type TrailEvent,
  thingOf,
} from './trail-events.ts';
import { containerKey, containersOf } from './trail-parts.ts';

export interface TrailFilter {
  by: 'EventName' | 'ResourceName' | 'Username';
  value: string;
}

export interface ProvenancePorts
  extends Pick<SweepPorts, 'sweeper' | 'tags' | 'claims' | 'inventory' | 'project' | 'owns' | 'timeout'> {
  /** Returns the builds of the run that began since then. */
  builds(run: string, since: number): Promise<readonly { id: string; role: string; began: boolean }[]>;
  /**
   * Lists the account's events, in every region that the environment may have used. The iteration throws for what was
   * not read.
   */
  events(filter: TrailFilter, since: number): AsyncIterable<TrailEvent>;
}

/** CloudTrail keeps events for this time. */
const KEPT_MS = 90 * 24 * HOUR_MS;
/** The clocks of the services differ. */
const BEFORE_MS = 5 * 60_000;

interface Made {
  event: TrailEvent;
  created: Created;
}

/**
 * Finds whatever a role of the environment has created and still exists, in any service, with any tags or name. It uses
 * the calls of the run's builds, and of the roles that these have created.
 */
export async function sweepProvenance(
  { request, pass }: { request: PreflightRequest; pass: number },
  ports: ProvenancePorts,
): Promise<SweepServiceResult> {
  const { timeout } = ports;
  const findings: Finding[] = [];
  const limits: string[] = [];
  const unread = (reason: string) =>
    findings.push({ service: PROVENANCE, type: '*', id: '*', status: 'UNKNOWN', source: 'event', reason });
  const isLate = () => timeout?.aborted === true;
  /** These containers were read and either exist or are gone. Their contents are deleted with them. */
  const containers = new Set<string>();
  const scope: SweepScope = {
    request,
    project: ports.project,
    owns: ports.owns,
    vpcs: new Set(),
    known: [],
    note: (what, read) => limits.push(`of ${what}, ${read} were searched`),
    unread: () => undefined,
  };

  await search().catch((error: unknown) => {
    if (isOurs(error)) throw error;
    unread(describeError(error));
  });
  const { kept, left } = partitionByExclusion(request, findings);
  return {
    service: PROVENANCE,
    pass,
    findings: left,
    ...(kept.length > 0 ? { excluded: kept } : {}),
    ...(limits.length > 0 ? { limits } : {}),
  };

  async function search(): Promise<void> {
    const since = beginOf(request) - BEFORE_MS;
    if (Date.parse(request.execution.startTime) - since > KEPT_MS) {
      limits.push('CloudTrail keeps the calls of 90 days; earlier ones of the run were not read');
    }
    const events = await eventsOfRun(since);
    events.sort((one, other) => one.time.localeCompare(other.time));
    // For a resource that was created twice, the last time counts.
    const made = events
      .filter(creates)
      .flatMap((event) => createdBy(event, request.accountId).map((created): Made => ({ event, created })))
      .reverse();
    await judgeAll(made, events, since);
  }

  async function eventsOfRun(since: number): Promise<TrailEvent[]> {
    const builds = await ports.builds(request.run, since);
    const events: TrailEvent[] = [];
    for (const { id, role, began } of builds) {
      const before = events.length;
      const isRead = await readCalls(role, `AWSCodeBuild-${id.slice(id.indexOf(':') + 1)}`, since, events);
      if (!isRead) unread(`the calls of build ${id} were not all read in time`);
      // A build has at least one call: it creates the stream of its log.
      else if (began && events.length === before) unread(`CloudTrail has no call of build ${id}`);
    }
    const inventory = await ports.inventory();
    const made = events.filter(({ name, source, failed }) => source === 'iam' && name === 'CreateRole' && !failed);
    const roles = new Set([
      ...inventory.flatMap(({ type, arn }) => (type === 'aws_iam_role' && arn ? [arn] : [])),
      ...made
        .flatMap((event) => createdBy(event, request.accountId))
        .flatMap((one) => (one.how === 'arn' ? one.arn : [])),
    ]);
    for (const role of roles) {
      let late = 0;
      const sessions = await sessionsOf(role, since);
      for (const session of sessions) if (!(await readCalls(role, session, since, events))) late += 1;
      if (late > 0) limits.push(`the calls of ${late} of ${sessions.size} sessions of ${role} were not read in time`);
    }
    return events;
  }

  /** @returns false when the time was over before the last call */
  async function readCalls(role: string, session: string, since: number, events: TrailEvent[]): Promise<boolean> {
    if (isLate()) return false;
    for await (const event of ports.events({ by: 'Username', value: session }, since)) {
      if (isLate()) return false;
      // Another role may have a session of the same name.
      const isAnothers = (event.role ?? role) !== role || (event.session ?? session) !== session;
      if (isAnothers) continue;
      if (event.role && event.session) events.push(event);
      else
        unread(
          `CloudTrail does not say who called ${event.source} ${event.name} at ${event.time}, in a search for ${session}`,
        );
    }
    return true;
  }

  /**
   * Returns the sessions of a role. Services assume a role under names of their own: a task's id, a function's name, an
   * instance's id.
   */
  async function sessionsOf(role: string, since: number): Promise<Set<string>> {
    const sessions = new Set<string>();
    if (!isLate()) {
      for await (const event of ports.events({ by: 'ResourceName', value: role }, since)) {
        if (isLate()) break;
        if (!beginsSession(event)) continue;
        const session = sessionBegun(event);
        if (session) sessions.add(session);
        else unread(`CloudTrail does not name the session of ${role} that ${event.name} began at ${event.time}`);
      }
    }
    if (isLate()) limits.push(`the sessions of ${role} were not all read in time`);
    return sessions;
  }

  async function judgeAll(made: readonly Made[], events: readonly TrailEvent[], since: number): Promise<void> {
    const inventory = await ports.inventory();
    const rest: (Made & { id: string })[] = [];
    const seen = new Set<string>();
    const judges = new Map<SweepService, ReturnType<typeof judgeOf>>();
    for (const one of made) {
      const candidate = await candidateOf(one, request.region, ports);
      if (candidate === PART) continue;
      const key = candidate
        ? `${candidate.service} ${candidate.type} ${candidate.arn ?? candidate.id}`
        : `${one.event.source} ${one.event.name} ${idOf(one.created)} ${placeOf(one.event)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (!candidate) {
        rest.push({ ...one, id: idOf(one.created) });
        continue;
      }
      const finding = await look(candidate, one.event, events);
      if (finding) findings.push(finding);
      if (finding && finding.status !== 'UNKNOWN') {
        const kind = thingOf(one.event.name);
        for (const name of namesOf(idOf(one.created))) containers.add(containerKey(one.event, kind, name));
      }
    }
    for (const { event, created, id } of rest) {
      const finding = await unconfirmed(event, created, id, events, since);
      if (finding) findings.push(finding);
    }
    for (const judge of judges.values()) limits.push(...judge.notes());

    async function look(
      { service, ...candidate }: Candidate & { service: SweepService },
      event: TrailEvent,
      events: readonly TrailEvent[],
    ): Promise<Finding | undefined> {
      const { type, id, arn } = candidate;
      const by = describe(event);
      const base = { service, type, id, ...(arn ? { arn } : {}), source: 'event' as const };
      if (isLate()) return { ...base, status: 'UNKNOWN', reason: `${by}; not asked for in time` };
      try {
        const { status, reason } = await (await ports.sweeper(service)).confirm(candidate, scope);
        // The resource was deleted since. A resource that has the name now may belong to somebody else.
        const deleted = events.find((one) => mayRemove(one, event, [...namesOf(id), ...namesOf(arn ?? id)]));
        const source = deleted || mayChange(event) ? 'name' : 'event';
        const finding: Finding = { ...base, status, reason: `${reason}; ${by}` };
        const judge = judges.get(service) ?? judgeOf(request, service, ports, inventory);
        judges.set(service, judge);
        const judged = await judge.judge({ ...candidate, source }, finding);
        if (judged?.status !== 'PRESENT' || judged.proof || !deleted) return judged;
        return {
          ...judged,
          status: 'UNKNOWN',
          reason: `${judged.reason}; ${deleted.name} at ${deleted.time}, and it exists`,
        };
      } catch (error) {
        if (isOurs(error)) throw error;
        return { ...base, status: 'UNKNOWN', reason: `${describeError(error)}; ${by}` };
      }
    }
  }

  /**
   * Returns the finding for a kind that nobody here can read. It is ABSENT after a call that removed the resource, else
   * UNKNOWN. The function returns undefined for a part, whose container answers for both.
   */
  async function unconfirmed(
    event: TrailEvent,
    created: Created,
    id: string,
    events: readonly TrailEvent[],
    since: number,
  ): Promise<Finding | undefined> {
    const by = describe(event);
    const base: Omit<Finding, 'status' | 'reason'> = {
      service: event.source,
      type: thingOf(event.name) || event.name,
      id,
      ...(created.how === 'arn' ? { arn: created.arn } : {}),
      source: 'event',
    };
    const names = [...(created.how === 'words' ? [] : namesOf(id)), ...ownNames(event)];
    if (created.how === 'words' && !outlives(event) && (await isPart(event))) return undefined;
    const deleted = events.find((one) => removes(one, event, names)) ?? (await removedByOthers(event, names, since));
    if (deleted) return { ...base, status: 'ABSENT', reason: `${deleted.name} at ${deleted.time}; ${by}` };
    return { ...base, status: 'UNKNOWN', reason: `${by}, and nothing here can confirm whether it exists` };
  }

  async function isPart(event: TrailEvent): Promise<boolean> {
    const named = containersOf(event);
    if (named.some(({ kind, name }) => containers.has(containerKey(event, kind, name)))) return true;
    if (event.source !== 'ec2' || event.region !== request.region) return false;
    // A VPC has a route table and a network ACL of its own, which nobody has created.
    const ec2 = await ports.sweeper('ec2');
    for (const { name } of named) {
      const candidate = ec2.fromArn(`arn::ec2:::any/${name}`);
      if (candidate && candidate !== PART && (await ec2.confirm(candidate, scope)).status === 'ABSENT') return true;
    }
    return false;
  }

  async function removedByOthers(event: TrailEvent, names: string[], since: number): Promise<TrailEvent | undefined> {
    if (isLate()) return undefined;
    for await (const one of ports.events({ by: 'EventName', value: removerOf(event) }, since)) {
      if (removes(one, event, names)) return one;
    }
    return undefined;
  }
}

/** The name of the run has the time at which the run began. */
function beginOf({ run, execution }: PreflightRequest): number {
  const [, year, month, day, hour, minute, second] =
    /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-[0-9a-f]{6}$/.exec(run) ?? [];
  const begin = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(begin) ? Date.parse(execution.startTime) - KEPT_MS : begin;
}

/** @returns undefined for what no sweeper confirms */
async function candidateOf(
  { event, created }: Made,
  region: string,
  { sweeper }: Pick<ProvenancePorts, 'sweeper'>,
): Promise<(Candidate & { service: SweepService }) | typeof PART | undefined> {
  if (created.how === 'words') return undefined;
  // Without an ARN, a sweeper would search in the environment's own region, and would not find the resource.
  if (created.how === 'named' && event.region !== region) return undefined;
  if (created.how === 'named' && created.service !== 'ec2') {
    const { service, type, id } = created;
    return { service, type, id };
  }
  // EC2 identifies its resources only by their ids.
  const arn = created.how === 'arn' ? created.arn : `arn::ec2:${region}::${created.type}/${created.id}`;
  const service = sweepOfArn(arn, region);
  const candidate = (await sweeper(service)).fromArn(arn);
  if (candidate === undefined || candidate === PART) return candidate;
  const { arn: _, ...known } = candidate;
  return { service, ...(created.how === 'arn' ? candidate : known) };
}
