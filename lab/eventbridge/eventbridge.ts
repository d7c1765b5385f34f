import type { PutEventsRequestEntry, PutEventsResultEntry, Target } from '@aws-sdk/client-eventbridge';
import type { AwsEvent, LabContext } from '../context.ts';
import { deliverWithRetry } from '../delivery.ts';
import { AwsError, type AwsResponse, json, type LabService } from '../service.ts';
import { deliverer } from '../targets.ts';
import { requireAdmission } from './admission.ts';
import { ApiDestinations, INVOCATION } from './api-destinations.ts';
import { destinationNameIn, REFUSALS } from './destination-rules.ts';
import { inputFor } from './input.ts';
import { matches } from './pattern.ts';
import { requirePattern } from './pattern-rules.ts';
import { type ActiveRule, Rules } from './rules.ts';

export interface EventBridgeOptions {
  /** The first retry of a delivery waits for this number of milliseconds. */
  retryMs: number;
}

const DEFAULT_BUS = 'default';
const READING = /^(List|Describe|Test)/;

/** The event has the form in which a bus carries it. */
type BusEvent = ReturnType<typeof envelope>;

/** For EventBridge, the emulator keeps buses, rules and targets, and this service carries the events. */
export function eventBridgeService(context: LabContext, options: Partial<EventBridgeOptions> = {}): LabService {
  const { retryMs = 1_000 } = options;
  const rules = new Rules(context.emulator);
  const deliver = deliverer(context);
  const destinations = new ApiDestinations(context);
  const stopped = new AbortController();
  const { signal } = stopped;

  async function route(bus: string, event: BusEvent): Promise<void> {
    for (const rule of await rules.of(bus)) {
      if (!matches(rule.pattern, event)) continue;
      for (const target of rule.targets) void send(rule, target, event);
    }
  }

  async function send(rule: ActiveRule, target: Target, event: BusEvent): Promise<void> {
    const arn = target.Arn ?? '';
    const queueArn = target.DeadLetterConfig?.Arn;
    try {
      const payload = inputFor(target, event, rule);
      const settings = { roleArn: target.RoleArn, messageGroupId: target.SqsParameters?.MessageGroupId };
      const attempt = async () => {
        if (destinationNameIn(arn))
          return destinations.invoke(
            { Arn: arn, Payload: payload, HttpParameters: target.HttpParameters },
            target.RoleArn,
          );
        // With a role, the role's policies count instead of the topic's.
        if (arn.split(':')[2] === 'sns' && !target.RoleArn) await requireAdmission(context, arn);
        await deliver(arn, payload, settings);
      };
      await deliverWithRetry(attempt, deliver, {
        policy: target.RetryPolicy,
        retryMs,
        deadLetter: queueArn
          ? { queueArn, payload: JSON.stringify(event), attributes: { RULE_ARN: rule.arn, TARGET_ARN: arn } }
          : undefined,
        signal,
      });
    } catch (error) {
      if (!signal.aborted) context.log(`events: rule ${rule.name} to ${arn}: ${(error as Error).message}`);
    }
  }

  function publish(bus: string, event: BusEvent): void {
    route(bus, event).catch((error: Error) => {
      if (!signal.aborted) context.log(`events: ${event['detail-type']}: ${error.stack}`);
    });
  }

  const onEvent = (event: AwsEvent) => publish(DEFAULT_BUS, envelope(context, event));

  function putEvents(entries: PutEventsRequestEntry[]): AwsResponse {
    const results = entries.map((entry): PutEventsResultEntry => {
      const refused = refusal(entry);
      if (refused) return refused;
      const event = envelope(context, {
        source: entry.Source ?? '',
        'detail-type': entry.DetailType ?? '',
        resources: entry.Resources ?? [],
        detail: JSON.parse(entry.Detail ?? '{}') as Record<string, unknown>,
      });
      publish(entry.EventBusName?.split('event-bus/').at(-1) ?? DEFAULT_BUS, event);
      return { EventId: event.id };
    });
    return json({ FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode).length, Entries: results });
  }

  return {
    // CloudFormation changes rules inside the emulator.
    services: ['events', 'cloudformation'],
    async handle(request) {
      if (request.service === 'events' && request.action === 'PutRule') refusePattern(request.params.EventPattern);
      if (request.service !== 'events') return undefined;
      REFUSALS[request.action ?? '']?.(request.params);
      await destinations.refuse(request.action, request.params);
      if (request.action === INVOCATION) return destinations.handle(request);
      if (request.action !== 'PutEvents') return undefined;
      return putEvents((request.params.Entries ?? []) as PutEventsRequestEntry[]);
    },
    async after(request, response) {
      if (!READING.test(request.action ?? '')) rules.forget();
      if (request.service === 'events' && request.action === 'DescribeConnection') return withoutSecrets(response);
      return response;
    },
    async start() {
      context.events.on('event', onEvent);
    },
    async stop() {
      context.events.off('event', onEvent);
      stopped.abort();
      destinations.stop();
    },
  };
}

/** Nobody can read the secret values of a connection; the emulator answers with them. */
const SECRETS = ['ApiKeyValue', 'Password', 'ClientSecret'];

function withoutSecrets(response: AwsResponse): AwsResponse {
  const shown = (name: string, value: unknown) => (SECRETS.includes(name) ? undefined : value);
  const body = JSON.parse(String(response.body), (name, value: { IsValueSecret?: boolean; Value?: unknown }) => {
    return value?.IsValueSecret === true ? { ...value, Value: undefined } : shown(name, value);
  }) as unknown;
  return { ...response, body: JSON.stringify(body) };
}

/** The emulator accepts patterns that EventBridge refuses. @throws AwsError InvalidEventPatternException */
function refusePattern(text: unknown): void {
  if (typeof text !== 'string' || text === '') return;
  try {
    requirePattern(JSON.parse(text));
  } catch (error) {
    const message = `Event pattern is not valid. Reason: ${(error as Error).message}`;
    throw new AwsError('InvalidEventPatternException', message);
  }
}

function envelope({ accountId, region }: LabContext, event: AwsEvent) {
  return {
    version: '0',
    id: crypto.randomUUID() as string,
    'detail-type': event['detail-type'],
    source: event.source,
    account: accountId,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: event.resources,
    detail: event.detail,
  };
}

function refusal({ Source, DetailType, Detail }: PutEventsRequestEntry): PutEventsResultEntry | undefined {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
    if (!value) return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  try {
    JSON.parse(Detail ?? '');
    return undefined;
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
}
