import { anything, assert, json, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changesIn,
  complainsOf,
  errorsIn,
  failedDeletions,
  parseLine,
  reasonOf,
  render,
  says,
  waitedFor,
} from '../../../builds/terraform/events.ts';

const line = (value: object) => JSON.stringify(value);
const diagnostic = (summary: string, more: object = {}) =>
  line({
    type: 'diagnostic',
    '@message': `Error: ${summary}`,
    diagnostic: { severity: 'error', summary, detail: '', ...more },
  });
const hook = (type: string, addr: string, more: object = {}) =>
  line({
    type,
    '@message': `${addr}: ${type}`,
    hook: { resource: { addr, resource_type: addr.split('.')[0] }, action: 'delete', ...more },
  });
const eventsOf = (...lines: string[]) => lines.map(parseLine);

describe('a line of Terraform', () => {
  test.each<[string, string, object]>([
    [
      'an error with a resource',
      diagnostic('denied', { detail: 'of this\nkind', address: 'aws_lb.main', range: { filename: 'main.tf' } }),
      { kind: 'diagnostic', severity: 'error', summary: 'denied', detail: 'of this\nkind', address: 'aws_lb.main' },
    ],
    [
      'a warning of the root',
      diagnostic('deprecated', { severity: 'warning' }),
      { kind: 'diagnostic', severity: 'warning', summary: 'deprecated', detail: '', address: undefined },
    ],
    [
      'the begin of a deletion',
      hook('apply_start', 'aws_subnet.a', { id_key: 'id', id_value: 'subnet-1' }),
      {
        ...{ kind: 'start', address: 'aws_subnet.a', type: 'aws_subnet', action: 'delete', id: 'subnet-1', elapsed: 0 },
        message: 'aws_subnet.a: apply_start',
      },
    ],
    ['a progress', hook('apply_progress', 'aws_subnet.a', { elapsed_seconds: 30 }), { kind: 'progress', elapsed: 30 }],
    ['an end', hook('apply_complete', 'aws_subnet.a', { elapsed_seconds: 31 }), { kind: 'complete' }],
    ['an end that failed', hook('apply_errored', 'aws_subnet.a'), { kind: 'errored' }],
    [
      'a summary',
      line({
        type: 'change_summary',
        '@message': 'Plan',
        changes: { add: 3, change: 2, remove: 76, operation: 'plan' },
      }),
      { kind: 'changes', add: 3, change: 2, remove: 76, message: 'Plan' },
    ],
    ['a summary without a count', line({ type: 'change_summary', changes: { add: 3 } }), { kind: 'message' }],
    [
      'a summary that is no number',
      line({ type: 'change_summary', changes: { add: -1, change: 0, remove: 0 } }),
      { kind: 'message' },
    ],
    ['another event', line({ type: 'version', '@message': 'Terraform 1.11.4' }), { kind: 'message', type: 'version' }],
    ['no JSON', 'panic: runtime error', { kind: 'message', type: '', message: 'panic: runtime error' }],
    ['JSON that is no object', '[1]', { kind: 'message', type: '', message: '[1]' }],
  ])('%s', (_, text, event) => {
    expect(parseLine(text)).toMatchObject(event);
  });

  test('never throws, whatever it is', () => {
    const value = oneof(
      string(),
      json(),
      anything().map((one) => `{"diagnostic":${JSON.stringify(one) ?? 'null'}}`),
    );
    assert(
      property(value, (text) => {
        render(parseLine(text));
        reasonOf([parseLine(text)]);
      }),
    );
  });
});

describe('an operator sees', () => {
  test.each<[string, string, string | undefined]>([
    [
      'an error with its resource and its detail, indented',
      diagnostic('denied', { detail: 'first\nsecond', address: 'a.b' }),
      'ERROR: denied (a.b)\n  first\n  second',
    ],
    ['a warning without either', diagnostic('old', { severity: 'warning' }), 'WARNING: old'],
    ['what a resource does', hook('apply_start', 'a.b'), 'a.b: apply_start'],
    ['a line that is no JSON', 'panic', 'panic'],
    ['nothing of a refresh', line({ type: 'refresh_start', '@message': 'a.b: Refreshing state...' }), undefined],
    ['nothing of the version', line({ type: 'version', '@message': 'Terraform 1.11.4' }), undefined],
    ['nothing of the targets', diagnostic('Resource targeting is in effect', { severity: 'warning' }), undefined],
    [
      'nothing of what targets leave',
      diagnostic('Applied changes may be incomplete', { severity: 'warning' }),
      undefined,
    ],
    [
      'nothing of the second lock',
      diagnostic('Deprecated Parameter', {
        severity: 'warning',
        detail: 'The parameter "dynamodb_table" is deprecated. x',
      }),
      undefined,
    ],
  ])('%s', (_, text, shown) => {
    expect(render(parseLine(text))).toBe(shown);
  });
});

describe('the reason of a failure', () => {
  test.each<[string, string[], string]>([
    [
      'is the error with its resource',
      [diagnostic('denied', { detail: 'of\n this', address: 'a.b' })],
      'a.b: denied of this',
    ],
    ['is of Terraform where no resource is named', [diagnostic('No such root')], 'terraform: No such root'],
    ['is each of them', [diagnostic('x', { address: 'a.a' }), diagnostic('y', { address: 'a.b' })], 'a.a: x;a.b: y'],
    ['is no warning', [diagnostic('old', { severity: 'warning' })], ''],
    [
      'has the last lines of the log, and no diagnostic among them',
      [
        ...['a.1', 'a.2', 'a.3', 'a.4'].map((addr) => hook('apply_start', addr)),
        line({ type: 'refresh_start', '@message': 'refreshing' }),
        diagnostic('denied', { address: 'a.4' }),
      ],
      'a.4: denied. The log ends with: a.2: apply_start | a.3: apply_start | a.4: apply_start',
    ],
    [
      'of a crash is all that there is',
      ['panic: runtime error', '', 'goroutine 1'],
      'The log ends with: panic: runtime error | goroutine 1',
    ],
    ['of nothing is nothing', [], ''],
  ])('%s', (_, lines, reason) => {
    expect(reasonOf(eventsOf(...lines))).toBe(reason);
  });
});

test('words are found in diagnostics and in lines of their own; a complaint is the whole summary', () => {
  const events = eventsOf(diagnostic('Error acquiring the state lock', { detail: 'by ada' }), 'plain text here');
  expect([says(events, 'by ada'), says(events, 'text here'), says(events, 'other')]).toEqual([true, true, false]);
  expect(complainsOf(events, 'Error acquiring the state lock')).toBe(true);
  expect(complainsOf(events, 'Error acquiring')).toBe(false);
  expect(errorsIn(events)).toHaveLength(1);
  expect(changesIn(events)).toBeUndefined();
});

describe('deletions', () => {
  const begun = (addr: string, id: string) => hook('apply_start', addr, { id_value: id });

  test('that failed have their error, and those without an id, or that are no deletion, are none', () => {
    const events = eventsOf(
      begun('aws_vpc.b', 'vpc-1'),
      begun('aws_vpc.a', 'vpc-2'),
      begun('aws_vpc.fine', 'vpc-3'),
      begun('aws_vpc.unnamed', ''),
      hook('apply_start', 'aws_vpc.made', { action: 'create', id_value: 'vpc-4' }),
      ...['aws_vpc.a', 'aws_vpc.b', 'aws_vpc.unnamed', 'aws_vpc.made'].map((address) =>
        diagnostic('in use', { address, detail: 'x'.repeat(2000) }),
      ),
    );
    const error = `in use ${'x'.repeat(2000)}`.slice(0, 1000);
    expect(failedDeletions(events)).toEqual([
      { address: 'aws_vpc.a', type: 'aws_vpc', id: 'vpc-2', error },
      { address: 'aws_vpc.b', type: 'aws_vpc', id: 'vpc-1', error },
    ]);
  });

  /** Terraform 1.11 with the AWS provider 5.100 reports the error of a deletion without an address. */
  const refused = (addr: string, summary: string) => [hook('apply_errored', addr), diagnostic(summary)];
  const GATEWAY =
    'deleting EC2 Internet Gateway (igw-1): detaching EC2 Internet Gateway (igw-1) from VPC (vpc-1): in use';
  const TABLE = "deleting AWS DynamoDB Table (t): ValidationException: Table 't' can't be deleted";
  test('two databases that are refused each have their own error, by the identifiers that the plan has', () => {
    const events = eventsOf(
      ...['a', 'b'].map((one) =>
        hook('apply_start', `aws_db_instance.${one}`, { id_key: 'id', id_value: `db-${one}1` }),
      ),
      ...refused('aws_db_instance.a', 'deleting RDS DB Instance (shop-dev-b): protected'),
      ...refused('aws_db_instance.b', 'deleting RDS DB Instance (shop-dev-a): protected'),
    );
    const names = new Map([
      ['aws_db_instance.a', 'shop-dev-a'],
      ['aws_db_instance.b', 'shop-dev-b'],
    ]);
    const told = (known: typeof names) => failedDeletions(events, known).map(({ address, error }) => [address, error]);
    expect(told(names)).toEqual([
      ['aws_db_instance.a', 'deleting RDS DB Instance (shop-dev-a): protected '],
      ['aws_db_instance.b', 'deleting RDS DB Instance (shop-dev-b): protected '],
    ]);
    // An error is assigned to no resource when no plan has its identifier and two resources are candidates.
    expect(told(new Map()).map(([, error]) => error)).toEqual(['', '']);
  });

  test.each<[string, string[], [address: string, error: string][]]>([
    [
      'the id that it names',
      [...refused('aws_dynamodb_table.t', TABLE), ...refused('aws_subnet.s', 'deleting EC2 Subnet (subnet-1): in use')],
      [
        ['aws_dynamodb_table.t', `${TABLE} `],
        ['aws_subnet.s', 'deleting EC2 Subnet (subnet-1): in use '],
      ],
    ],
    [
      'being the only one that is left, as that of a database, whose id it does not name',
      [
        ...refused('aws_db_instance.d', 'deleting RDS DB Instance (db): protected'),
        ...refused('aws_dynamodb_table.t', TABLE),
      ],
      [
        ['aws_db_instance.d', 'deleting RDS DB Instance (db): protected '],
        ['aws_dynamodb_table.t', `${TABLE} `],
      ],
    ],
    [
      'what it names first',
      [...refused('aws_vpc.v', 'deleting EC2 VPC (vpc-1): in use'), ...refused('aws_internet_gateway.i', GATEWAY)],
      [
        ['aws_internet_gateway.i', `${GATEWAY} `],
        ['aws_vpc.v', 'deleting EC2 VPC (vpc-1): in use '],
      ],
    ],
    [
      'its kind, as that of a database whose subnet group has its name',
      [
        ...refused('aws_db_subnet_group.g', 'deleting RDS Subnet Group (x-db): in use'),
        ...refused('aws_db_instance.d', 'deleting RDS DB Instance (x-db): protected'),
      ],
      [
        ['aws_db_instance.d', 'deleting RDS DB Instance (x-db): protected '],
        ['aws_db_subnet_group.g', 'deleting RDS Subnet Group (x-db): in use '],
      ],
    ],
    [
      'nothing, where it may be of two databases',
      [
        ...refused('aws_db_instance.d', 'deleting RDS DB Instance (x-db): protected'),
        ...refused('aws_db_instance.e', 'deleting RDS DB Instance (y-db): protected'),
      ],
      [
        ['aws_db_instance.d', ''],
        ['aws_db_instance.e', ''],
      ],
    ],
    [
      'nothing, where it may be of two',
      [...refused('aws_db_instance.d', 'denied'), ...refused('aws_dynamodb_table.t', 'throttled')],
      [
        ['aws_db_instance.d', ''],
        ['aws_dynamodb_table.t', ''],
      ],
    ],
    [
      'nothing, where it is of the whole',
      [diagnostic('Error releasing the state lock'), ...refused('aws_dynamodb_table.t', TABLE)],
      [['aws_dynamodb_table.t', `${TABLE} `]],
    ],
  ])('that failed are known to an error by %s', (_, lines, known) => {
    const started = [
      begun('aws_vpc.v', 'vpc-1'),
      begun('aws_internet_gateway.i', 'igw-1'),
      begun('aws_db_subnet_group.g', 'x-db'),
      begun('aws_db_instance.e', 'db-CD'),
      begun('aws_subnet.s', 'subnet-1'),
      begun('aws_dynamodb_table.t', 't'),
      begun('aws_db_instance.d', 'db-AB'),
    ];
    const found = failedDeletions(eventsOf(...started, ...lines));
    expect(found.map(({ address, error }) => [address, error])).toEqual(known);
  });

  test.each<[string, string[], string[]]>([
    ['long enough', [hook('apply_progress', 'a.a', { elapsed_seconds: 180 })], ['a.a']],
    ['not that long', [hook('apply_progress', 'a.a', { elapsed_seconds: 179 })], []],
    ['and over', [hook('apply_progress', 'a.a', { elapsed_seconds: 180 }), hook('apply_complete', 'a.a')], []],
    ['and failed', [hook('apply_progress', 'a.a', { elapsed_seconds: 180 }), hook('apply_errored', 'a.a')], []],
  ])('that are waited for: %s', (_, more, addresses) => {
    const found = waitedFor(eventsOf(begun('a.a', '1'), begun('a.b', '2'), ...more), 180);
    expect(found.map(({ address }) => address)).toEqual(addresses);
  });

  test('are at most twenty in one question', () => {
    const lines = Array.from({ length: 30 }, (_, at) => `a.b${at}`).flatMap((address) => [
      begun(address, 'x'),
      diagnostic('in use', { address }),
    ]);
    expect(failedDeletions(eventsOf(...lines))).toHaveLength(20);
  });
});
