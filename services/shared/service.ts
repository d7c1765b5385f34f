import { type Logger, pino, stdTimeFunctions } from 'pino';

/** ECS kills a task 30 s after SIGTERM. The service ends itself a little earlier, so that it can log this. */
const STOP_DEADLINE_MS = 25_000;

export interface ServiceContext {
  log: Logger;
  /** SIGTERM and SIGINT abort this signal. */
  stopping: AbortSignal;
}

/**
 * Runs a service until it returns, then ends the process: with 0 after a stop, or with 1 and one clear line when the
 * service threw. The level comes from the variable LOG_LEVEL. It is not part of a config, because an invalid config
 * must be logged too.
 */
export async function runService(name: string, run: (context: ServiceContext) => Promise<void>): Promise<never> {
  const log = createLog(name, process.env.LOG_LEVEL);
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) return;
    log.info({ signal }, 'stopping');
    controller.abort();
    setTimeout(() => {
      log.fatal(`not stopped after ${STOP_DEADLINE_MS / 1_000} s`);
      process.exit(1);
    }, STOP_DEADLINE_MS).unref();
  };
  // The handlers are registered first: as PID 1 of a container, a process without handlers ignores SIGTERM.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    await run({ log, stopping: controller.signal });
  } catch (error) {
    if (!controller.signal.aborted) {
      log.fatal({ err: error }, `${name} ends: ${error instanceof Error ? error.message : error}`);
      process.exit(1);
    }
    log.warn({ err: error }, 'stopped before it was ready');
  }
  log.info('stopped');
  process.exit(0);
}

/** Creates a log of JSON lines on stdout with readable levels and times, which CloudWatch's JSON filters can match. */
export function createLog(service: string, level = 'info'): Logger {
  return pino({
    level: level in pino.levels.values || level === 'silent' ? level : 'info',
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
