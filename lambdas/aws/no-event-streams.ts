/**
 * Stands for the SDK's event streams in every bundle: each client carries them (15 KB) for the few operations that
 * answer with a stream of events, and no function here calls one of those.
 */
export class EventStreamSerde {
  constructor() {
    throw new Error('event streams are left out of this bundle (lib/functions/bundles.ts)');
  }
}

export function eventStreamSerdeProvider(): EventStreamSerde {
  return new EventStreamSerde();
}

/** Clients of services that have event streams ask for a configuration of theirs. */
export function resolveEventStreamSerdeConfig<Config>(config: Config): Config {
  return config;
}
