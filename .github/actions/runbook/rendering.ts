import type { PullRequestStatus } from '../../../lambdas/contracts/pull-request.ts';

/**
 * Renders the state of an environment for people and for GitHub. The functions are pure. Text from outside is escaped
 * for its format.
 */

export interface Check {
  check: string;
  status: string;
  expected: string;
  observed: string;
}

export interface EnvironmentReport {
  status: PullRequestStatus;
  /**
   * The checks are those of the last validation. They are undefined when there is none, or when its report cannot be
   * read.
   */
  checks: readonly Check[] | undefined;
  /** This run of the workflow failed with this error. */
  error?: string | undefined;
  /** The commit is that of the pull request. */
  commit: string;
  /** The address is that of this run of the workflow. */
  runUrl: string;
}

/** The comment that has it is the workflow's own. */
export const MARKER = '<!-- runbook -->';

/** A comment has at most this number of characters: https://github.com/orgs/community/discussions/27190 */
const LONGEST_COMMENT = 65_536;
const LONGEST_CELL = 300;
const MARKS: Record<string, string> = { passed: '✅', failed: '❌', unknown: '❔' };

export function comment(report: EnvironmentReport): string {
  return clip([MARKER, ...markdown(report)].join('\n'), LONGEST_COMMENT);
}

export function summary(report: EnvironmentReport): string {
  return `${markdown(report).join('\n')}\n`;
}

function markdown({ status, checks, error, commit, runUrl }: EnvironmentReport): string[] {
  const { environment, hasImages, url, endsAt, usdPerHour, usdSoFar, failure } = status;
  const isOn = status.commit !== undefined && commit.startsWith(status.commit.slice(0, 7));
  const trouble = error ?? (status.status === 'FAILED' ? failure : undefined);
  return [
    `### ${headline(status, trouble)} \`${environment}\`: ${status.status === 'NONE' ? 'no environment' : status.status}`,
    '',
    ...(url ? [`- Address: ${url}`] : []),
    ...(endsAt ? [`- Scheduled teardown: ${time(endsAt)}`] : []),
    ...(usdPerHour === undefined
      ? []
      : [`- Cost, estimated: $${usdPerHour.toFixed(3)} an hour, $${(usdSoFar ?? 0).toFixed(2)} so far`]),
    // Without images, the environment has nothing of the pull request's commit.
    ...(status.commit && hasImages
      ? [
          `- Commit: \`${code(status.commit)}\`${isOn ? '' : `, not \`${code(commit.slice(0, 12))}\` of the pull request`}`,
        ]
      : []),
    ...(status.verdict ? [`- Checks: ${status.verdict}, ${time(status.validatedAt ?? '')}`] : []),
    ...(trouble ? ['', `<pre>${escapeHtml(trouble)}</pre>`] : []),
    ...table(status, checks),
    '',
    `<sub>[Run of the workflow](${runUrl}). Labels: \`runbook:keep\` blocks its teardown for a day, \`runbook:extend\` adds 8 hours.</sub>`,
  ];
}

function headline({ status, verdict }: PullRequestStatus, trouble: string | undefined): string {
  if (trouble !== undefined || status === 'FAILED' || (status === 'LIVE' && verdict === 'FAILED')) return '❌';
  if (status === 'LIVE') return verdict === 'PASSED' ? '✅' : '❔';
  return status === 'GONE' || status === 'NONE' ? '⚪' : '⏳';
}

function table({ status, verdict }: PullRequestStatus, checks: readonly Check[] | undefined): string[] {
  if (status !== 'LIVE' && status !== 'FAILED') return [];
  if (!verdict) return ['', 'It is not validated yet.'];
  if (!checks) return ['', 'The report of the checks could not be read: what they found is unknown.'];
  return [
    ...['', '| | check | observed |', '|---|---|---|'],
    ...checks.map(({ check, status: is, observed }) => `| ${MARKS[is] ?? '❔'} | ${cell(check)} | ${cell(observed)} |`),
  ];
}

const time = (instant: string): string => instant.slice(0, 16).replace('T', ' ').concat(' UTC');
const code = (text: string): string => text.replace(/[^0-9a-zA-Z._/-]/g, '');
const clip = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** Returns text for a cell: it has no markup, no link, no mention of anybody, no second cell. */
function cell(text: string): string {
  // One pass escapes all: an entity has characters that are escaped themselves.
  return clip(text, LONGEST_CELL)
    .toWellFormed()
    .replace(/[&<>"'\\`*_[\]|~#@!:()]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\s+/g, ' ');
}

function escapeHtml(text: string): string {
  return text.toWellFormed().replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Returns workflow commands that mark what failed:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function annotations({ checks, error }: EnvironmentReport): string[] {
  const bad = (checks ?? []).filter(({ status }) => status !== 'passed');
  return [
    ...(error === undefined ? [] : [`::error title=runbook::${data(error)}`]),
    ...bad.map(
      ({ check, status, expected, observed }) =>
        `::${status === 'failed' ? 'error' : 'warning'} title=${property(`${check} ${status}`)}::${data(`${observed} (expected: ${expected})`)}`,
    ),
  ];
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Returns one suite: an unknown check is an error, since it is neither passed nor failed. */
export function junit({ status, checks, error }: EnvironmentReport): string {
  const all = checks ?? [];
  const attribute = (text: string) => escapeHtml(printable(text)).replaceAll('\n', '&#10;');
  const cases = all.map(({ check, status: is, expected, observed }) => {
    const inside =
      is === 'passed'
        ? ''
        : `<${is === 'failed' ? 'failure' : 'error'} message="${attribute(observed)}">${attribute(`expected: ${expected}`)}</${is === 'failed' ? 'failure' : 'error'}>`;
    return `<testcase classname="${attribute(status.environment)}" name="${attribute(check)}">${inside}</testcase>`;
  });
  const trouble = error ?? whyNotPassed(status, checks);
  if (trouble !== undefined)
    cases.push(
      `<testcase classname="${attribute(status.environment)}" name="environment"><error message="${attribute(trouble)}"/></testcase>`,
    );
  const count = (is: string) => all.filter((one) => one.status === is).length;
  const errors = all.length - count('passed') - count('failed') + (trouble === undefined ? 0 : 1);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="runbook" tests="${cases.length}" failures="${count('failed')}" errors="${errors}">
${cases.join('\n')}
</testsuite></testsuites>
`;
}

/** Says what no check says. Checks that passed are not enough where the environment or its verdict did not. */
function whyNotPassed(
  { status, verdict, failure }: PullRequestStatus,
  checks: readonly Check[] = [],
): string | undefined {
  if (checks.length === 0) return 'the checks were not run, or their report could not be read';
  if (checks.some((one) => one.status !== 'passed')) return undefined;
  if (status === 'FAILED') return failure ?? 'the last execution of the environment has failed';
  return verdict === 'PASSED' ? undefined : `the verdict of the validation is ${verdict ?? 'not known'}`;
}

function printable(text: string): string {
  return text.toWellFormed().replace(NOT_XML, '\ufffd');
}

/** XML 1.0 has no way to write these. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML does not have
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
