import { isObject, type Json } from '../json.ts';
/**
 * The file reads the lines of `terraform plan -json` and `terraform apply -json`
 * (https://developer.hashicorp.com/terraform/internals/machine-readable-ui).
 */

export interface Diagnostic {
  kind: 'diagnostic';
  severity: string;
  summary: string;
  detail: string;
  /** The diagnostic is about the resource with this address. */
  address: string | undefined;
}
export interface ResourceEvent {
  kind: 'start' | 'progress' | 'complete' | 'errored';
  address: string;
  type: string;
  /** The action is `create`, `delete` and so on. */
  action: string;
  /** The id is that of the resource in AWS; it is empty for one that does not exist yet. */
  id: string;
  /** The time is in seconds since the start. */
  elapsed: number;
  message: string;
}
export interface ChangeSummary {
  kind: 'changes';
  add: number;
  change: number;
  remove: number;
  message: string;
}
/** A message is any other line of Terraform's; `type` is empty for a line that is not JSON. */
export interface Message {
  kind: 'message';
  type: string;
  message: string;
}
export type TerraformEvent = Diagnostic | ResourceEvent | ChangeSummary | Message;

const RESOURCE_EVENTS: Record<string, ResourceEvent['kind']> = {
  apply_start: 'start',
  apply_progress: 'progress',
  apply_complete: 'complete',
  apply_errored: 'errored',
};

/** The function never throws: a line of an unknown kind is a message. */
export function parseLine(line: string): TerraformEvent {
  const json = objectOf(line);
  if (!json) return { kind: 'message', type: '', message: line };
  const type = text(json.type);
  const message = text(json['@message']);
  if (isObject(json.diagnostic)) {
    const { severity, summary, detail, address } = json.diagnostic;
    return {
      kind: 'diagnostic',
      severity: text(severity),
      summary: text(summary),
      detail: text(detail),
      address: text(address) || undefined,
    };
  }
  const kind = RESOURCE_EVENTS[type];
  if (kind && isObject(json.hook)) {
    const { resource, action, id_value, elapsed_seconds } = json.hook;
    const { addr, resource_type } = isObject(resource) ? resource : {};
    return {
      ...{ kind, address: text(addr), type: text(resource_type), action: text(action), id: text(id_value), message },
      elapsed: typeof elapsed_seconds === 'number' ? elapsed_seconds : 0,
    };
  }
  if (type === 'change_summary' && isObject(json.changes)) {
    const { add, change, remove } = json.changes;
    if ([add, change, remove].every((count) => Number.isSafeInteger(count) && Number(count) >= 0))
      return { kind: 'changes', add: Number(add), change: Number(change), remove: Number(remove), message };
  }
  return { kind: 'message', type, message };
}

/** Both are intended: the repositories come before the rest, and the lock table is a second lock. */
const EXPECTED = ['Resource targeting is in effect', 'Applied changes may be incomplete'];
const EXPECTED_DETAIL = 'The parameter "dynamodb_table" is deprecated';
const QUIET = ['refresh_start', 'refresh_complete', 'version', 'outputs'];

/** Returns what an operator wants to see of an event, in one or several lines; expected warnings are left out. */
export function render(event: TerraformEvent): string | undefined {
  if (event.kind === 'message') return QUIET.includes(event.type) ? undefined : event.message;
  if (event.kind !== 'diagnostic') return event.message;
  const { severity, summary, detail, address } = event;
  if (EXPECTED.includes(summary) || detail.startsWith(EXPECTED_DETAIL)) return undefined;
  const where = address ? ` (${address})` : '';
  return `${severity.toUpperCase()}: ${summary}${where}${detail ? `\n  ${detail.replaceAll('\n', '\n  ')}` : ''}`;
}

/**
 * Returns the errors, each with the resource that it is about. Terraform gives an error its address where it has
 * configuration at hand, which a destroy never has: the error of a deletion is that of the resource whose id it names
 * first, or of the only one that is left.
 * @param names identifiers of databases, by address; errors have the identifiers
 */
export function errorsIn(events: readonly TerraformEvent[], names: Names = NONE): Diagnostic[] {
  const errors = events.filter(
    (event): event is Diagnostic => event.kind === 'diagnostic' && event.severity === 'error',
  );
  const failed = erroredDeletions(events).filter(({ address }) => !errors.some((error) => error.address === address));
  const named = errors.map((error) => ({ ...error, address: error.address ?? aboutWhich(error, failed, names) }));
  const open = failed.filter(({ address }) => !named.some((error) => error.address === address));
  const [nameless, ...others] = named.filter(({ address }) => address === undefined);
  if (nameless && others.length === 0 && open.length === 1) nameless.address = open[0]?.address;
  return named;
}

/** The keys are addresses. */
export type Names = ReadonlyMap<string, string>;
const NONE: Names = new Map();

/** AWS's and the provider's errors do not name a database by its id; a subnet group may have its name. */
const DATABASE = { says: 'RDS DB Instance (', type: 'aws_db_instance' };

function aboutWhich(error: Diagnostic, failed: readonly Deletion[], names: Names): string | undefined {
  const words = wordsOf(error);
  if (words.includes(DATABASE.says)) {
    const databases = failed.filter(({ type }) => type === DATABASE.type);
    const named = databases.filter(({ address }) => words.includes(`${DATABASE.says}${names.get(address)})`));
    const [one, ...more] = named.length > 0 ? named : databases.filter(({ address }) => !names.has(address));
    return more.length === 0 ? one?.address : undefined;
  }
  const at = ({ id }: Deletion) => (id === '' ? -1 : words.indexOf(`(${id})`));
  // The rest of the message names what the resource is in: "detaching EC2 Internet Gateway (igw-1) from VPC (vpc-1)".
  return failed.filter((one) => at(one) >= 0).sort((one, other) => at(one) - at(other))[0]?.address;
}

function erroredDeletions(events: readonly TerraformEvent[]): Deletion[] {
  const started = new Map<string, Deletion>();
  const found = new Map<string, Deletion>();
  for (const event of events) {
    if (!('action' in event) || event.action !== 'delete') continue;
    const { kind, address, type, id } = event;
    if (kind === 'start') started.set(address, { address, type, id });
    if (kind === 'errored') found.set(address, started.get(address) ?? { address, type, id });
  }
  return [...found.values()];
}

/** A reason has this number of the log's last lines. */
const LAST_LINES = 3;

/**
 * Returns the reason of Terraform's failure in one line: each error with its resource, and the last lines of the log
 * before it.
 */
export function reasonOf(events: readonly TerraformEvent[]): string {
  const errors = errorsIn(events).map(({ address, summary, detail }) =>
    oneLine(`${address ?? 'terraform'}: ${summary} ${detail}`),
  );
  const log = events
    .filter((event) => event.kind !== 'diagnostic' && event.kind !== 'changes')
    .flatMap((event) => oneLine(render(event) ?? '') || [])
    .slice(-LAST_LINES);
  const last = log.length > 0 ? `The log ends with: ${log.join(' | ')}` : '';
  return [errors.join(';'), last].filter(Boolean).join('. ');
}

/** Returns whether the words are in a diagnostic of Terraform's or in a line of its own. */
export function says(events: readonly TerraformEvent[], words: string): boolean {
  return events.some((event) =>
    event.kind === 'diagnostic' ? `${event.summary} ${event.detail}`.includes(words) : event.message.includes(words),
  );
}

/** Returns whether Terraform has a diagnostic with exactly this summary. */
export function complainsOf(events: readonly TerraformEvent[], summary: string): boolean {
  return events.some((event) => event.kind === 'diagnostic' && event.summary === summary);
}

/** Returns what a plan adds, changes and removes; the result is undefined when Terraform does not report it. */
export function changesIn(events: readonly TerraformEvent[]): ChangeSummary | undefined {
  return events.findLast((event) => event.kind === 'changes');
}

/** The resource is being deleted. */
export interface Deletion {
  address: string;
  type: string;
  id: string;
  /** The error is empty where no error names the resource. */
  error?: string;
}

/** One question is about at most this number of resources. */
const MOST = 20;
const LONGEST_ERROR = 1000;

/** Returns the resources whose deletion failed. */
export function failedDeletions(events: readonly TerraformEvent[], names: Names = NONE): Deletion[] {
  const errors = new Map(
    errorsIn(events, names).flatMap((error) =>
      error.address ? [[error.address, wordsOf(error).slice(0, LONGEST_ERROR)] as const] : [],
    ),
  );
  const errored = new Set(erroredDeletions(events).map(({ address }) => address));
  return deletions(events, ({ address }) => errors.has(address) || errored.has(address)).map((one) => ({
    ...one,
    error: errors.get(one.address) ?? '',
  }));
}

/** Returns the resources whose deletion has taken that long, and is not over. @param seconds of waiting */
export function waitedFor(events: readonly TerraformEvent[], seconds: number): Deletion[] {
  const resources = events.filter((event): event is ResourceEvent => 'elapsed' in event);
  const over = new Set(resources.filter(({ kind }) => kind === 'complete' || kind === 'errored').map(addressOf));
  const long = new Set(
    resources.filter(({ kind, elapsed }) => kind === 'progress' && elapsed >= seconds).map(addressOf),
  );
  return deletions(events, ({ address }) => long.has(address) && !over.has(address));
}

function deletions(events: readonly TerraformEvent[], wanted: (event: ResourceEvent) => boolean): Deletion[] {
  const found = new Map<string, Deletion>();
  for (const event of events) {
    if (event.kind !== 'start' || event.action !== 'delete' || !event.id || !wanted(event)) continue;
    const { address, type, id } = event;
    found.set(`${address} ${id}`, { address, type, id });
  }
  return [...found.values()].sort((one, other) => (one.address < other.address ? -1 : 1)).slice(0, MOST);
}

const wordsOf = ({ summary, detail }: Diagnostic) => `${summary} ${detail}`;
const addressOf = ({ address }: ResourceEvent) => address;
const oneLine = (words: string) => words.replaceAll(/\s+/g, ' ').trim();
const text = (value: unknown) => (typeof value === 'string' ? value : '');

function objectOf(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
