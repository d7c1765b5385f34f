import type { AwsEvent } from '../context.ts';
import type { Execution } from './execution.ts';

/** EventBridge takes 256 KiB an event; AWS leaves input and output out when the two come near it. */
const DATA_BYTES = 248 * 1024;

/** Returns the "Step Functions Execution Status Change" event; absent values are null, times are milliseconds. */
export function statusChangeEvent(execution: Execution): AwsEvent {
  const { arn, machineArn, name, input, versionArn } = execution.identity;
  const { status, failure, startedAt, stoppedAt, redriveCount, redrivenAt } = execution;
  const redrive = execution.redriveStatus();
  const data = { input: JSON.stringify(input), output: JSON.stringify(execution.output) ?? null };
  const included = Buffer.byteLength(data.input) + Buffer.byteLength(data.output ?? '') <= DATA_BYTES;
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machineArn,
      name,
      status,
      startDate: startedAt,
      stopDate: stoppedAt ?? null,
      input: included ? data.input : null,
      output: included ? data.output : null,
      inputDetails: { included },
      outputDetails: data.output === null ? null : { included },
      error: failure?.error ?? null,
      cause: failure?.reason ?? null,
      stateMachineVersionArn: versionArn ?? null,
      stateMachineAliasArn: null,
      redriveCount,
      redriveDate: redrivenAt ?? null,
      redriveStatus: redrive.status,
      redriveStatusReason: redrive.reason ?? null,
    },
  };
}
