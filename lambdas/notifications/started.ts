import type { Message } from '../contracts/message.ts';
import type { Execution } from './execution.ts';
import { page, why } from './fields.ts';
import { message, placeOf } from './message.ts';
import type { NotificationContext } from './notification-for.ts';

const GOES_ON: Record<string, string> = {
  provision: 'Another message follows when it is up, or when it has failed.',
  deploy: 'Another message follows when the commit is live, or when it was refused.',
  teardown: 'Another message follows with what is left, if anything is.',
};

/** Returns the message about an execution that has started, or was redriven. */
export function started(execution: Execution, { record, product }: NotificationContext): Message {
  const { machine, input, redriveCount } = execution;
  return message({
    about: placeOf(product, execution.arn, input.environment),
    what:
      redriveCount > 0 ? `${machine} continues where it failed (redrive ${redriveCount})` : `${machine} has started`,
    facts: [['Run', machine === 'provision' ? undefined : record?.run], why(execution), page(execution)],
    next: [GOES_ON[machine] ?? ''],
  });
}
