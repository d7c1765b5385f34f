import { type Conclusion, conclude, type Observation } from '../../lambdas/custom-check.ts';
import type { IntakeOutputs } from './outputs.ts';

export interface IntakePorts {
  put(bucket: string, key: string): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  receive(queueUrl: string): Promise<{ body: string; receipt: string }[]>;
  take(queueUrl: string, receipt: string): Promise<void>;
  giveBack(queueUrl: string, receipt: string): Promise<void>;
  /** @returns the register's entry for the document */
  register(table: string, document: string): Promise<string | undefined>;
  forget(table: string, document: string): Promise<void>;
  now(): number;
}

const EXPECTED = 'a document that arrives is announced in the work queue, and can be registered';
/** S3 announces within seconds, as a rule; for an announcement that takes longer, the check is repeated. */
const ANNOUNCED_WITHIN_MS = 10_000;

/** Follows a document as a consumer would, and leaves nothing of its own behind. */
export async function followDocument(
  { documents_bucket: bucket, work_queue_url: queue, register_table: table }: IntakeOutputs,
  document: string,
  ports: IntakePorts,
): Promise<Conclusion> {
  const started = ports.now();
  const observed: Observation[] = [];
  const evidence: Record<string, unknown> = { document, bucket, queue, table };
  try {
    await ports.put(bucket, document);
    observed.push({ status: 'passed', text: `${document} stored` });

    evidence.announcedAfterMs = await announced(queue, document, started, ports);
    observed.push(
      evidence.announcedAfterMs === undefined
        ? // Notifications that were just set up may take a while to be sent.
          { status: 'not-ready', text: `not announced within ${ANNOUNCED_WITHIN_MS / 1_000} s` }
        : { status: 'passed', text: `announced after ${evidence.announcedAfterMs} ms` },
    );

    evidence.registered = await ports.register(table, document);
    observed.push(
      evidence.registered === 'TAKEN_IN'
        ? { status: 'passed', text: 'registered' }
        : { status: 'failed', text: `the register says ${evidence.registered ?? 'nothing'} of it` },
    );
  } finally {
    await Promise.all([ports.remove(bucket, document), ports.forget(table, document)]);
  }
  return conclude(EXPECTED, observed, evidence);
}

/**
 * @returns the wait in milliseconds; undefined when the document was not announced. Messages about others are given
 * back at once.
 */
async function announced(
  queue: string,
  document: string,
  started: number,
  ports: IntakePorts,
): Promise<number | undefined> {
  while (ports.now() - started < ANNOUNCED_WITHIN_MS) {
    const messages = await ports.receive(queue);
    const read = messages.map(({ body, receipt }) => ({ receipt, about: aboutOf(body) }));
    const own = read.find(({ about }) => about.includes(document));
    // A message without a document is S3's test of a queue; no consumer needs it.
    await Promise.all(
      read.map(({ receipt, about }) =>
        about.length === 0 || about.includes(document) ? ports.take(queue, receipt) : ports.giveBack(queue, receipt),
      ),
    );
    if (own) return ports.now() - started;
  }
  return undefined;
}

interface Notification {
  /** The member is that of S3's test. */
  Event?: string;
  Records?: { s3?: { object?: { key?: string } } }[];
}

/** Returns the documents that a message is about; the message itself where it is not one of S3's. */
function aboutOf(body: string): string[] {
  const { Event, Records } = notificationOf(body);
  if (Event === 's3:TestEvent') return [];
  // S3 writes keys as in a query string.
  const keys = (Records ?? []).map(({ s3 }) => decodeURIComponent((s3?.object?.key ?? '').replaceAll('+', ' ')));
  return keys.length > 0 ? keys : [body];
}

function notificationOf(body: string): Notification {
  try {
    return (JSON.parse(body) ?? {}) as Notification;
  } catch {
    return {};
  }
}
