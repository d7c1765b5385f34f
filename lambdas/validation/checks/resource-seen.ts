import type { Conclusion } from '../../contracts/contracts.ts';
import type { ResourceKind } from '../../contracts/resource-checks.ts';
import { conclude, type Observation } from './conclude.ts';

/** `unread` is not there yet either, but nothing says that it is bad: what stays so is unknown, and has not failed. */
export interface Seen {
  status: Observation['status'] | 'unread';
  text: string;
}

/** What was seen of one resource. */
export interface Row {
  kind: ResourceKind;
  /** Its name, URL or ARN. */
  id: string;
  /** In Terraform's state. */
  address: string;
  seen: readonly Seen[];
}

/** What a person needs of a long text. */
const MOST = 200;
export const excerpt = (text: string): string => JSON.stringify(shortened(text));
export const shortened = (text: string): string =>
  text.length <= MOST ? text : `${text.slice(0, MOST).toWellFormed()}…`;

/** @param expected one sentence a target */
export function resourcesConclusion(expected: readonly string[], rows: readonly Row[]): Conclusion {
  const observations = rows.flatMap(({ kind, id, seen }) =>
    seen.map(({ status, text }) => ({ status, text: `${kind} ${nameOf(id)}: ${text}` })),
  );
  const conclusion = conclude(
    expected.join('; '),
    observations.map(({ status, text }) => ({ status: status === 'unread' ? 'not-ready' : status, text })),
    { resources: rows.map(evidenceOf) },
  );
  const isOnlyUnread = !observations.some(({ status }) => status === 'not-ready');
  return conclusion.status === 'not-ready' && isOnlyUnread ? { ...conclusion, otherwise: 'unknown' } : conclusion;
}

const WORST: readonly Seen['status'][] = ['failed', 'unknown', 'not-ready', 'unread', 'passed'];

function evidenceOf({ kind, id, address, seen }: Row) {
  const status = WORST.find((one) => seen.some((each) => each.status === one)) ?? 'unknown';
  return { kind, id, address, status, seen: seen.map(({ text }) => text) };
}

/** Of an ARN or the URL of a queue, the name is enough; of an endpoint, all of it. */
function nameOf(id: string): string {
  if (id.startsWith('arn:')) return id.split(':').at(-1) ?? id;
  return /^https:\/\/sqs\./.test(id) ? (id.split('/').at(-1) ?? id) : id;
}
