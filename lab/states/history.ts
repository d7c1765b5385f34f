import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Clock } from './clock.ts';
import type { Json } from './json.ts';

/** The event has the form of the protocol, where a timestamp is a number of seconds. */
export type RecordedEvent = Omit<HistoryEvent, 'timestamp'> & {
  id: number;
  previousEventId: number;
  timestamp: number;
};

type DetailsName = Extract<keyof HistoryEvent, `${string}Details`>;
export type Details = { [K in DetailsName]?: HistoryEvent[K] };

/** AWS ends an execution whose history grows beyond this number of events. */
export const HISTORY_LIMIT = 25_000;

/** The history of one execution has its events in the order in which they happened. */
export class History {
  readonly events: RecordedEvent[] = [];
  readonly #clock: Clock;
  #closed = false;
  readonly #listener: (event: RecordedEvent) => void;

  constructor(clock: Clock, listener: (event: RecordedEvent) => void = () => {}) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Work that still unwinds after the execution has ended leaves no event. */
  close(): void {
    this.#closed = true;
  }

  open(): void {
    this.#closed = false;
  }

  /** @returns the event's id */
  add(type: HistoryEventType, previousEventId: number, details: Details = {}): number {
    if (this.#closed) return this.events.length;
    const id = this.events.length + 1;
    const event: RecordedEvent = { ...details, id, previousEventId, timestamp: this.#clock.now() / 1000, type };
    this.events.push(event);
    this.#listener(event);
    return id;
  }
}

const whole = { truncated: false } as const;

export const inputDetails = (input: Json) => ({ input: JSON.stringify(input), inputDetails: whole });
export const outputDetails = (output: Json) => ({ output: JSON.stringify(output), outputDetails: whole });

/** Returns error and cause, left out where there is none. */
export function failureDetails(failure: { error: string | undefined; reason: string | undefined }) {
  return {
    ...(failure.error === undefined ? {} : { error: failure.error }),
    ...(failure.reason === undefined ? {} : { cause: failure.reason }),
  };
}

/** Returns the event as GetExecutionHistory shows it with `includeExecutionData: false`. */
export function withoutData(event: RecordedEvent): RecordedEvent {
  return withDetails(event, ({ input, output, cause, error, parameters, assignedVariables, ...rest }) =>
    parameters === undefined ? rest : { ...rest, parameters: '' },
  );
}

/** Returns the event as a log with `includeExecutionData: false` shows it: error and cause stay. */
export function withoutInputAndOutput(event: RecordedEvent): RecordedEvent {
  return withDetails(event, ({ input, inputDetails, output, outputDetails, assignedVariables, ...rest }) =>
    rest.parameters === undefined ? rest : { ...rest, parameters: '' },
  );
}

type AnyDetails = Record<string, unknown>;

function withDetails(event: RecordedEvent, change: (details: AnyDetails) => AnyDetails): RecordedEvent {
  const entries = Object.entries(event).map(([key, value]) =>
    key.endsWith('EventDetails') ? [key, change(value as AnyDetails)] : [key, value],
  );
  return Object.fromEntries(entries) as RecordedEvent;
}
