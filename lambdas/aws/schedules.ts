import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleInput,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { OneTimeSchedule } from '../environment/reconcile-schedules.ts';
import { DependencyError } from '../runtime/errors.ts';
import { clientConfig } from './client-config.ts';

const scheduler = new SchedulerClient(clientConfig);

export interface ScheduleSettings {
  group: string;
  roleArn: string;
  deadLetterQueueArn: string;
  machineArns: Readonly<Record<'teardown' | 'sweep', string>>;
  functionArn: string;
}

/** Creates the schedule, or updates the existing one of that name. The schedule deletes itself after it ran. */
export async function putSchedule(settings: ScheduleSettings, oneTimeSchedule: OneTimeSchedule): Promise<void> {
  const schedule = scheduleOf(settings, oneTimeSchedule);
  try {
    await scheduler.send(new CreateScheduleCommand(schedule));
  } catch (error) {
    if (!(error instanceof ConflictException)) throw error;
    await scheduler.send(new UpdateScheduleCommand(schedule)).catch(async (failure: unknown) => {
      // The old schedule ran and was deleted between the two calls.
      if (!(failure instanceof ResourceNotFoundException)) throw failure;
      await scheduler.send(new CreateScheduleCommand(schedule));
    });
  }
}

/** @throws {DependencyError} while another request changes the schedule */
export async function removeSchedule(group: string, name: string): Promise<void> {
  try {
    await scheduler.send(new DeleteScheduleCommand({ GroupName: group, Name: name }));
  } catch (error) {
    if (error instanceof ConflictException) throw new DependencyError(`schedule ${name} is changing: ${error.message}`);
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

/** Returns the input of the call that creates the schedule. */
export function scheduleOf(
  settings: ScheduleSettings,
  { name, description, at, target }: OneTimeSchedule,
): CreateScheduleInput {
  return {
    Name: name,
    GroupName: settings.group,
    Description: description,
    ScheduleExpression: `at(${at.slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      ...targetOf(settings, target),
      RoleArn: settings.roleArn,
      DeadLetterConfig: { Arn: settings.deadLetterQueueArn },
      RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 10 },
    },
  };
}

function targetOf({ machineArns, functionArn }: ScheduleSettings, target: OneTimeSchedule['target']) {
  if ('function' in target) return { Arn: functionArn, Input: JSON.stringify(target.function) };
  return { Arn: machineArns[target.machine], Input: JSON.stringify(target.input) };
}
