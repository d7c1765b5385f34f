import { DeleteScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { LabContext } from '../context.ts';
import { AwsError, type AwsRequest, type LabService } from '../service.ts';
import { deliverer } from '../targets.ts';
import { parseExpression } from './expression.ts';
import { invokeTarget } from './invocation.ts';
import { readSchedule, readSchedules, type Schedule } from './schedules.ts';

export interface SchedulerOptions {
  /** The first retry of an invocation waits for this number of milliseconds. */
  retryMs: number;
  /** Each invocation is delivered this number of times: AWS promises once or more. */
  deliveries: number;
}

/** A timer in Node has at most this delay. */
const MAX_DELAY_MS = 2_147_483_647;
/** A one-time schedule still runs if its time passed while it was being created. */
const LATE_MS = 60_000;

interface Armed {
  /** The text changes with the schedule. */
  definition: string;
  timer: NodeJS.Timeout | undefined;
}

/** For EventBridge Scheduler, the emulator keeps the schedules, and this service is their clock. */
export function schedulerService(context: LabContext, options: Partial<SchedulerOptions> = {}): LabService {
  const { retryMs = 1_000, deliveries = 1 } = options;
  const deliver = deliverer(context);
  const stopped = new AbortController();
  const { signal } = stopped;
  const armed = new Map<string, Armed>();
  let reading: Promise<void> = Promise.resolve();

  function disarm(arn: string): void {
    clearTimeout(armed.get(arn)?.timer);
    armed.delete(arn);
  }

  /** Follows what the emulator keeps: new and changed schedules are armed, and deleted ones are disarmed. */
  async function follow(): Promise<void> {
    const schedules = await readSchedules(context.emulator);
    const present = new Set(schedules.map(({ Arn }) => Arn));
    for (const arn of [...armed.keys()]) if (!present.has(arn)) disarm(arn);
    for (const schedule of schedules) rearm(schedule);
  }

  /** Follows one schedule, whatever others there are. */
  async function followOne(group: string, name: string): Promise<void> {
    const schedule = await readSchedule(context.emulator, group, name);
    if (schedule) rearm(schedule);
    else disarm(`arn:aws:scheduler:${context.region}:${context.accountId}:schedule/${group}/${name}`);
  }

  function rearm(schedule: Schedule): void {
    const definition = JSON.stringify(schedule);
    if (armed.get(schedule.Arn)?.definition === definition) return;
    disarm(schedule.Arn);
    try {
      arm(schedule, definition, firstMoment(schedule));
    } catch (error) {
      context.log(`scheduler: ${schedule.Arn}: ${(error as Error).message}`);
    }
  }

  /** Only one reading runs at a time, so that none arms a schedule that a later one has found to be over. */
  function refresh(read = follow): Promise<void> {
    reading = reading.then(read).catch((error: Error) => context.log(`scheduler: ${error.stack}`));
    return reading;
  }

  /** @param from milliseconds since the epoch; earlier times are over */
  function arm(schedule: Schedule, definition: string, from: number): void {
    if (signal.aborted) return;
    const entry: Armed = { definition, timer: undefined };
    armed.set(schedule.Arn, entry);
    const next = schedule.State === 'DISABLED' ? undefined : nextTime(schedule, from);
    if (next === undefined) return;
    const wait = () => {
      const left = next - Date.now();
      const elapsed = () => (left > MAX_DELAY_MS ? wait() : fire(schedule, definition, next));
      entry.timer = setTimeout(elapsed, Math.min(Math.max(0, left), MAX_DELAY_MS)).unref();
    };
    wait();
  }

  function fire(schedule: Schedule, definition: string, time: number): void {
    const over = nextTime(schedule, time + 1) === undefined;
    const invoke = () =>
      invokeTarget(context, deliver, schedule, time, { retryMs, signal }).catch((error: Error) => {
        if (!signal.aborted) context.log(`scheduler: ${schedule.Arn}: ${error.name}: ${error.message}`);
      });
    const invocation = Promise.all(Array.from({ length: deliveries }, invoke));
    if (!over) arm(schedule, definition, Math.max(time + 1, Date.now()));
    else if (schedule.ActionAfterCompletion === 'DELETE') void invocation.then(() => remove(schedule));
  }

  async function remove({ GroupName, Name, Arn }: Schedule): Promise<void> {
    const client = new SchedulerClient(context.emulator);
    try {
      await client.send(new DeleteScheduleCommand({ GroupName, Name }));
    } catch (error) {
      if (!signal.aborted) context.log(`scheduler: ${Arn} is over: ${(error as Error).message}`);
    } finally {
      client.destroy();
      disarm(Arn);
    }
  }

  return {
    // CloudFormation changes schedules inside the emulator.
    services: ['scheduler', 'cloudformation'],
    async handle(request) {
      if (request.service === 'scheduler') validate(request);
      return undefined;
    },
    async after(request, response) {
      if (request.method === 'GET' || request.action?.startsWith('Describe')) return response;
      const [, one] = /^\/schedules\/([^/]+)$/.exec(request.url.pathname) ?? [];
      const group = request.url.searchParams.get('groupName') ?? request.params.GroupName ?? 'default';
      await refresh(one ? () => followOne(String(group), decodeURIComponent(one)) : follow);
      return response;
    },
    start: refresh,
    async stop() {
      stopped.abort();
      for (const arn of [...armed.keys()]) disarm(arn);
      await reading;
    },
  };
}

/** The emulator accepts any expression. @throws AwsError ValidationException */
function validate({ method, params }: AwsRequest): void {
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: timezone } = params;
  if (!['POST', 'PUT'].includes(method) || expression === undefined) return;
  try {
    parseExpression(String(expression), String(timezone ?? 'UTC'), Date.now());
  } catch {
    throw new AwsError('ValidationException', `Invalid Schedule Expression ${expression}.`);
  }
}

/** Returns the moment before which a schedule has nothing to do. */
function firstMoment(schedule: Schedule): number {
  const now = Date.now();
  const { ScheduleExpression, StartDate, CreationDate, LastModificationDate } = schedule;
  if (isOnce(schedule)) return (LastModificationDate ?? new Date()).getTime() - LATE_MS;
  // Without a start date, a rate starts with its schedule.
  const fresh = CreationDate?.getTime() === LastModificationDate?.getTime();
  const start = ScheduleExpression?.startsWith('rate') && fresh ? CreationDate?.getTime() : now;
  return Math.max(start ?? now, StartDate?.getTime() ?? 0);
}

function nextTime(schedule: Schedule, from: number): number | undefined {
  const { ScheduleExpression = '', ScheduleExpressionTimezone: timezone = 'UTC', StartDate, CreationDate } = schedule;
  const anchor = (StartDate ?? CreationDate ?? new Date()).getTime();
  const next = parseExpression(ScheduleExpression, timezone, anchor).next(from);
  const end = isOnce(schedule) ? undefined : schedule.EndDate?.getTime();
  return next !== undefined && end !== undefined && next > end ? undefined : next;
}

const isOnce = ({ ScheduleExpression = '' }: Schedule) => ScheduleExpression.startsWith('at(');
