import type { HealthCheck, HealthStatus } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';

/**
 * The type has the health of a container. A container without a health check of its own is judged by its running
 * process alone.
 */
export interface ContainerHealth {
  readonly status: HealthStatus | undefined;
  stop(): void;
}

export interface ContainerHealthOptions {
  check: HealthCheck;
  cwd: string;
  env: Record<string, string>;
  onChange(status: HealthStatus): void;
}

/**
 * Runs a container's own health check command, as Docker does: one success makes it healthy, `retries` failures in a
 * row make it unhealthy.
 */
export function watchContainerHealth(context: LabContext, options: ContainerHealthOptions): ContainerHealth {
  const { interval = 30, timeout = 5, retries = 3, startPeriod = 0 } = options.check;
  const graceUntil = Date.now() + startPeriod * 1000;
  let status: HealthStatus = 'UNKNOWN';
  let failures = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const settle = (next: HealthStatus) => {
    if (next === status || stopped) return;
    status = next;
    options.onChange(next);
  };
  const round = async () => {
    const passed = await runCheck(context, options, timeout * 1000);
    if (stopped) return;
    if (passed) {
      failures = 0;
      settle('HEALTHY');
    } else if (Date.now() >= graceUntil) {
      failures += 1;
      if (failures >= retries) settle('UNHEALTHY');
    }
    // The first success of a container that needs a moment to start must not take a whole interval.
    timer = setTimeout(() => void round(), status === 'UNKNOWN' && !passed && failures === 0 ? 500 : interval * 1000);
  };
  round().catch((error: Error) => context.log(`ecs: health check: ${error.message}`));
  return {
    get status() {
      return status;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function runCheck(
  context: LabContext,
  { check, cwd, env }: ContainerHealthOptions,
  timeoutMs: number,
): Promise<boolean> {
  const [kind, ...words] = check.command ?? [];
  const [command, ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : words;
  if (!command) return Promise.resolve(true);
  return new Promise((resolve) => {
    const child = context.processes.spawn(command, args, { cwd, env, stdio: 'ignore' });
    const timer = setTimeout(() => void context.processes.end(child, 0), timeoutMs);
    const done = (passed: boolean) => {
      clearTimeout(timer);
      resolve(passed);
    };
    child.once('exit', (code) => done(code === 0));
    child.once('error', () => done(false));
  });
}
