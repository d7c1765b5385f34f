import * as z from 'zod';
import { requireArn } from '../arns.ts';
import type { DistributedRun } from '../map-runs.ts';
import type { Operation } from './account.ts';
import { maxResults, nextToken, page, parameters } from './parameters.ts';

const seconds = (milliseconds: number) => milliseconds / 1000;

export const listMapRuns: Operation = ({ mapRuns, executions }, params) => {
  const input = parameters(z.object({ executionArn: z.string(), maxResults, nextToken }), params);
  requireArn(input.executionArn, 'execution');
  executions.require(input.executionArn);
  const found = mapRuns.of(input.executionArn);
  const { items, nextToken: next } = page(found, input, `map runs ${input.executionArn}`);
  return { mapRuns: items.map(summary), nextToken: next };
};

export const describeMapRun: Operation = ({ mapRuns }, params) => {
  const { mapRunArn } = parameters(z.object({ mapRunArn: z.string() }), params);
  const run = mapRuns.require(mapRunArn);
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = run.settings;
  const { stateMachineArn: _, ...common } = summary(run);
  const counts = countsOf(run);
  return {
    ...common,
    status: run.status,
    ...{ maxConcurrency, toleratedFailureCount, toleratedFailurePercentage },
    itemCounts: counts,
    executionCounts: counts,
    redriveCount: run.redriveCount,
    ...(run.redrivenAt !== undefined && { redriveDate: seconds(run.redrivenAt) }),
  };
};

function summary({ arn, parent, startedAt, stoppedAt }: DistributedRun) {
  return {
    mapRunArn: arn,
    executionArn: parent.identity.arn,
    stateMachineArn: parent.identity.machineArn,
    startDate: seconds(startedAt),
    ...(stoppedAt !== undefined && { stopDate: seconds(stoppedAt) }),
  };
}

/** Without a batcher, an item is an execution; with one, a batch counts as one item here. */
function countsOf({ children, settings }: DistributedRun) {
  const count = (status: string) => children.filter((child) => child.status === status).length;
  const failures = children.filter(({ status }) => status !== 'RUNNING' && status !== 'SUCCEEDED');
  return {
    pending: settings.total - children.length,
    running: count('RUNNING'),
    succeeded: count('SUCCEEDED'),
    failed: count('FAILED'),
    timedOut: count('TIMED_OUT'),
    aborted: count('ABORTED'),
    total: settings.total,
    resultsWritten: 0,
    failuresNotRedrivable: failures.filter((child) => child.redriveStatus().status !== 'REDRIVABLE').length,
    pendingRedrive: 0,
  };
}
