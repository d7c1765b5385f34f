import type { TargetOf } from '../../contracts/resource-checks.ts';
import type { Seen } from './resource-seen.ts';

export interface Alarm {
  /** As the answer has it. */
  arn?: string;
  name: string;
  state: string;
  reason?: string;
}

export const expectedOfAlarms = ({ allowInsufficientData }: TargetOf<'alarms'>): string =>
  `each alarm is OK${allowInsufficientData ? ', or has no data' : ''}`;

/** @param alarm undefined when CloudWatch has none of that name */
export function alarmState({ allowInsufficientData }: TargetOf<'alarms'>, alarm: Alarm | undefined): Seen {
  if (!alarm) return { status: 'failed', text: 'the alarm does not exist' };
  const { state, reason } = alarm;
  // An alarm that treats missing data as good is OK without any.
  const tells = state !== 'OK' || /no datapoints were received/i.test(reason ?? '');
  const text = `${state}${reason && tells ? ` (${reason})` : ''}`;
  if (state === 'OK') return { status: 'passed', text };
  if (state === 'ALARM') return { status: 'not-ready', text };
  // It is the state of every new alarm, and that of one whose metric nobody writes.
  if (state === 'INSUFFICIENT_DATA') return { status: allowInsufficientData ? 'passed' : 'unread', text };
  return { status: 'unknown', text: `the alarm is in a state that is not known: ${text}` };
}
