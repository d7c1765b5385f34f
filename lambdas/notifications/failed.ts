import type { Leftover } from '../contracts/certificate.ts';
import type { Finding } from '../contracts/contracts.ts';
import { PLAN_REFUSED } from '../contracts/execution-errors.ts';
import type { Message } from '../contracts/message.ts';
import { shortened } from '../contracts/shortened.ts';
import { money } from '../report/money.ts';
import { plainText, remedyOf } from '../report/remedies.ts';
import type { Evidence, Execution } from './execution.ts';
import { costs, ends, page, report, since, took, why } from './fields.ts';
import { message, placeOf } from './message.ts';
import { nextSteps } from './next-steps.ts';
import type { NotificationContext } from './notification-for.ts';

/** The certificate, which the message links, contains the other leftovers. */
const LISTED = 10;
/** The reason of a build has up to 2,000 characters, and its log's address follows. */
const MAX_CAUSE = 3_000;

/** These errors are results of a sweep, not failures of it. */
const FOUND: Record<string, string> = { LeftoversFound: 'found leftovers', SweepInconclusive: 'was inconclusive' };
const ENDED: Record<string, string> = { FAILED: 'failed', TIMED_OUT: 'ran out of time', ABORTED: 'was stopped' };

/** Returns the message about an execution that failed, timed out, or was stopped. */
export function failed(execution: Execution, known: NotificationContext): Message {
  const { machine, input, status, error = '' } = execution;
  const { record, evidence, now, product } = known;
  const bad = badChecks(evidence);
  const what =
    machine === 'provision' && error === PLAN_REFUSED
      ? 'the plan was refused'
      : `${machine} ${FOUND[error] ?? ENDED[status] ?? status}`;
  return message({
    about: placeOf(product, execution.arn, input.environment),
    what: bad.length > 0 ? `${what}: ${bad.map(({ check }) => check).join(', ')}` : what,
    details: [
      ...bad.map((one) => {
        const { check, status, expected, observed } = one;
        const remedy = remedyOf(one);
        const fix = remedy ? [`  what to do: ${plainText(remedy.action, input.environment ?? '<environment>')}`] : [];
        return [`${check}: ${status}`, `  expected: ${expected}`, `  observed: ${observed}`, ...fix].join('\n');
      }),
      // The message about a deployment also contains what the deployment did about the failure.
      ...(bad.length === 0 || machine === 'deploy' ? causeOf(execution) : []),
      ...left(evidence),
    ],
    facts: [
      since(execution, now),
      why(execution),
      took(execution),
      ...(record?.status === 'GONE' ? [] : [ends(record, now), costs(record, now)]),
      report(evidence),
      page(execution),
    ],
    next: nextSteps(execution, known),
  });
}

function badChecks({ checks = [] }: Evidence) {
  return checks.filter(({ status }) => status !== 'passed');
}

function causeOf({ error, cause }: Execution): string[] {
  return error ? [`${error}: ${cause ? shortened(cause, MAX_CAUSE) : 'no cause given'}`] : [];
}

function left({ certificate }: Evidence): string[] {
  const { leftovers = [], unknown = [] } = certificate?.sweeps.at(-1) ?? {};
  return [
    ...list('Left', leftovers, (one) => {
      const usd = one.hourly.usd ? `, about ${money(one.hourly.usd)} an hour` : '';
      return `${nameOf(one)}${usd}${removal(one)}`;
    }),
    ...list('Could not be checked', unknown, (one) => `${nameOf(one)}: ${one.reason}`),
  ];
}

function nameOf({ service, type, id, arn }: Finding): string {
  return type === '*' ? service : `${service} ${type} ${arn ?? id}`;
}

function removal({ remove, removeAfter }: Leftover): string {
  if (!remove) return '';
  return `\n  remove it${removeAfter ? `, after ${removeAfter}` : ''}: ${remove}`;
}

function list<T>(title: string, all: readonly T[], line: (one: T) => string): string[] {
  if (all.length === 0) return [];
  const more = all.length > LISTED ? [`- and ${all.length - LISTED} more`] : [];
  return [[`${title}:`, ...all.slice(0, LISTED).map((one) => `- ${line(one)}`), ...more].join('\n')];
}
