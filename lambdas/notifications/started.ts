import type { Execution } from './execution.ts';
import { page, why } from './fields.ts';
import { type Message, message } from './message.ts';
import type { NotificationContext } from './notification-for.ts';

const GOES_ON: Record<string, string> = {
  provision: 'You will be told when it is up, or what kept it from that.',
  deploy: 'You will be told when the commit is live, or why it was refused.',
  teardown: 'You will be told what is left, if anything is.',
};

/** Of an execution that has begun, or was redriven. */
export function started(execution: Execution, { record }: NotificationContext): Message {
  const { machine, input, redriveCount } = execution;
  const of = `${machine} of ${input.environment}`;
  return message({
    what: redriveCount > 0 ? `${of} goes on where it failed (redrive ${redriveCount})` : `${of} has started`,
    facts: [['Run', machine === 'provision' ? undefined : record?.run], why(execution), page(execution)],
    next: [GOES_ON[machine] ?? ''],
  });
}
