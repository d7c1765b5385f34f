import { PLAN_REFUSED, STOPPED_BY_TEARDOWN, UNCHANGED_ERRORS } from '../contracts/execution-errors.ts';
import { describeOwner } from '../contracts/ownership.ts';
import type { EnvironmentMachine, MachineName } from '../contracts/record.ts';
import type { Execution } from './execution.ts';
import type { NotificationContext } from './notification-for.ts';

/** The executions of these machines own an environment until another execution takes over. */
const CLAIMING: ReadonlySet<MachineName> = new Set(['provision', 'deploy', 'teardown']);

/** Returns what an unsuccessful execution left, and what to do about it. */
export function nextSteps(execution: Execution, { record, recovery, evidence, now }: NotificationContext): string[] {
  const { machine, input, error = '' } = execution;
  const { owned = false, teardown, because, kept } = recovery ?? {};
  const name = input.environment;
  if (machine === 'expire')
    return ['What is named above is past its time, and still paid for. To see all of it:\nnpx runbook status'];
  if (name === undefined) return ['It changed nothing.'];
  const redriven = execution.redriveCount > 0 && CLAIMING.has(machine);
  if (record?.owner && record.owner !== execution.arn && (recovery?.passedOn || (redriven && !owned))) {
    return [
      `Environment ${name} was taken over: it belongs to ${describeOwner(record, now)}. A redrive of this execution changes nothing any more: start a new one. To see what is there:\nnpx runbook status ${name}`,
    ];
  }
  if (recovery?.passedOn)
    return [`Another execution has taken over since. To see what is there:\nnpx runbook status ${name}`];
  if (teardown) return [`Teardown ${teardown} was started, because ${because}.`];
  const again = (one: EnvironmentMachine, why: string) => `${why}:\nnpx runbook ${one} ${name}`;
  const command = `npx runbook redrive ${machine}:${execution.name}`;
  const goOn = `To resume at the failed step:\n${command}`;
  const redrive = `To resume at the failed step, until another execution takes the environment over:\n${command}`;

  switch (machine) {
    case 'provision': {
      if (error === STOPPED_BY_TEARDOWN) return ['A teardown stopped it, and deletes what it has created.'];
      if (!owned) break;
      if (record?.status === 'LIVE') return [asBefore(name), ...(error === PLAN_REFUSED ? [] : [redrive])];
      const still = 'Its resources exist, and cost money until they are torn down.';
      return [kept ?? still, 'A teardown deletes everything.', redrive];
    }
    case 'deploy': {
      if (!owned) break;
      if (UNCHANGED_ERRORS.has(error)) return [asBefore(name)];
      const half = `The images of environment ${name} may be partly updated.`;
      return [half, 'Deploy a commit that works, or go on with this one.', redrive];
    }
    case 'teardown':
      if (!owned) break;
      return ['Resources may still exist, and cost money. A new teardown is as good as a redrive.', redrive];
    case 'sweep':
      return [
        'A sweep changes nothing.',
        ...(input.provenance
          ? ['Until a sweep is CLEAN, this message is sent every day for a week, then every week.']
          : []),
        again('sweep', 'To look again, when what is left has been removed'),
      ];
    case 'extend':
    case 'protect':
      return [`The new end of environment ${name} is saved; only its schedule may be an old one.`, goOn];
    case 'validate':
      if (!evidence.page) break;
      return ['A validation can be started again at any time.', `To read the report:\nnpx runbook open ${name} report`];
  }
  return [`It changed nothing of environment ${name}.`];
}

function asBefore(environment: string): string {
  return `Environment ${environment} is as it was before.`;
}
