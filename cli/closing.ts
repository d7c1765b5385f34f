import { failedBuildIn, lastLinesOf } from './builds.ts';
import type { OperatorAccount } from './commands/account.ts';
import { shortName } from './executions.ts';
import { visible } from './format.ts';
import { isObject, parse } from './json.ts';
import type { ExecutionEnd } from './timeline-event.ts';
import { localAndRelative } from './times.ts';

/** Returns the last lines of the build that failed the execution. */
export async function failedBuildLines(
  account: Pick<OperatorAccount, 'codebuild' | 'logs'>,
  { status, cause }: ExecutionEnd,
): Promise<string[]> {
  const build = status === 'SUCCEEDED' ? undefined : failedBuildIn(cause);
  const lines = build ? await lastLinesOf(account, build) : [];
  return lines.length > 0
    ? ['', `The last lines of build ${build}:`, ...lines.map((line) => `  ${visible(line)}`), '']
    : [];
}

export interface Followed {
  environment: string | undefined;
  /** The value is true when only some of the checks were requested. */
  some?: boolean;
  now: number;
  timeZone?: string;
}

/** Returns what a person needs after following an execution: a time, a page, or the command that shows the reason. */
export function closingLines(
  end: ExecutionEnd,
  executionArn: string,
  { environment, some = false, now, timeZone }: Followed,
): string[] {
  const machine = shortName(executionArn).split(':')[0] ?? '';
  const output = parse(end.output);
  const said = isObject(output) ? output : {};
  const time = (value: unknown) => localAndRelative(Date.parse(String(value)), now, timeZone);
  // If the end has passed, the scheduled teardown is a little later than the end.
  const endsAt = said.teardownAt ?? said.endsAt;
  if (!environment) return [];
  if (end.status === 'SUCCEEDED') {
    switch (machine) {
      case 'extend':
      case 'protect':
        return [
          ...(endsAt ? [`${environment} is torn down ${time(endsAt)}`] : []),
          ...(typeof said.protectedUntil === 'string' ? [`protected until ${time(said.protectedUntil)}`] : []),
        ];
      case 'provision':
        return [
          ...(typeof said.url === 'string' && said.url ? [`address   ${visible(said.url)}`] : []),
          ...(typeof said.expiresAt === 'string' ? [`ends      ${time(said.expiresAt)}`] : []),
          `report    npx runbook open ${environment} report`,
        ];
      case 'validate':
        if (said.partial) return [`report    npx runbook report ${environment} --of partial --open`];
        return [`report    npx runbook open ${environment} report`];
      case 'deploy':
        return [`report    npx runbook open ${environment} report`];
      default:
        return [];
    }
  }
  const validated = end.checks.some(({ status }) => status !== 'passed');
  if (validated) return [`Why: npx runbook report ${environment} ${some ? '--of partial ' : ''}--open`];
  if (end.sweep) return [`Why: npx runbook report ${environment} --of sweep --open`];
  if (/build runbook-|CodeBuild|"Build"/.test(end.cause ?? ''))
    return [`Why: npx runbook logs ${shortName(executionArn)}`];
  return [];
}
