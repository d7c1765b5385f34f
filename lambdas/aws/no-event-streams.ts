/**
 * This module replaces the SDK's event streams in every bundle. Each client contains them (15 KB) for the few
 * operations that respond with a stream of events, and no function here calls such an operation.
 */
export class EventStreamSerde {
  constructor() {
    throw new Error('event streams are left out of this bundle (lib/functions/bundles.ts)');
  }
}

export function eventStreamSerdeProvider(): EventStreamSerde {
  return new EventStreamSerde();
}

/** The clients of services with event streams call this function for their configuration. */
export function resolveEventStreamSerdeConfig<Config>(config: Config): Config {
  return config;
}
