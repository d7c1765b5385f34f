import type { Denied, LifeRecord, StepRecord } from './record.ts';

/** A life needs these operations of an account. */
export interface Steps {
  deploy(): Promise<void>;
  run(machine: 'provision' | 'validate' | 'teardown' | 'sweep'): Promise<StepRecord>;
  denied(since: Date): Promise<Denied[]>;
  /** Removes the runbook itself. */
  destroy(): Promise<void>;
  say(line: string): void;
}

export interface Life {
  record: LifeRecord;
  /** Nothing is left, as far as a sweep can see, and the runbook is removed as well. */
  gone: boolean;
  /** The problems are those that the record does not have. */
  problems: string[];
}

/**
 * Deploys, provisions, validates, tears down, sweeps and removes the runbook. The environment is torn down whichever
 * step fails, and whenever `signal` is aborted. The runbook stays when the teardown or the sweep fails, because it
 * tears the environment down at its end.
 */
export async function takeLife(steps: Steps, where: LifeRecord['where'], signal: AbortSignal): Promise<Life> {
  const since = new Date();
  const record: LifeRecord = { where, at: since.toISOString(), steps: [], denied: [] };
  const problems: string[] = [];
  const attempt = async <T>(what: string, action: () => Promise<T>): Promise<T | undefined> => {
    steps.say(`${what} …`);
    try {
      return await action();
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const run = async (machine: Parameters<Steps['run']>[0]): Promise<StepRecord | undefined> => {
    const step = await attempt(machine, () => steps.run(machine));
    if (step) record.steps.push(step);
    return step;
  };

  const deployed = await attempt('deploy', async () => {
    await steps.deploy();
    return true;
  });
  let clean = true;
  if (deployed && !signal.aborted) {
    clean = false;
    const provisioned = await run('provision');
    if (provisioned?.status === 'SUCCEEDED' && !signal.aborted) await run('validate');
    const tornDown = await run('teardown');
    const swept = tornDown?.status === 'SUCCEEDED' ? await run('sweep') : undefined;
    clean = swept?.status === 'SUCCEEDED' && swept.verdict === 'CLEAN';
    record.denied = (await attempt('denied calls', () => steps.denied(since))) ?? [];
  }
  if (!clean) {
    problems.push('the teardown is not proven, so the runbook stays: npx runbook status, npx runbook teardown');
    return { record, gone: false, problems };
  }
  const destroyed = await attempt('destroy', async () => {
    await steps.destroy();
    return true;
  });
  return { record, gone: destroyed === true, problems };
}
