import {
  GetScheduleCommand,
  type GetScheduleOutput,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import type { ClientConfig } from '../context.ts';

/** The type is a schedule as the emulator keeps it. */
export type Schedule = GetScheduleOutput & { Arn: string };

/**
 * Returns every schedule of every group, with its target, which the emulator returns for one schedule at a time only.
 */
export async function readSchedules(config: ClientConfig): Promise<Schedule[]> {
  const client = new SchedulerClient(config);
  try {
    const schedules: Schedule[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListSchedulesCommand({ NextToken }));
      for (const { GroupName, Name } of page.Schedules ?? []) {
        const schedule = await get(client, GroupName, Name);
        if (schedule) schedules.push(schedule);
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return schedules;
  } finally {
    client.destroy();
  }
}

/** @returns undefined when there is none */
export async function readSchedule(config: ClientConfig, group: string, name: string): Promise<Schedule | undefined> {
  const client = new SchedulerClient(config);
  try {
    return await get(client, group, name);
  } finally {
    client.destroy();
  }
}

async function get(client: SchedulerClient, GroupName?: string, Name?: string): Promise<Schedule | undefined> {
  const schedule = await client.send(new GetScheduleCommand({ GroupName, Name })).catch(ignoreMissing);
  if (!schedule?.Arn) return undefined;
  const { $metadata: _, ...own } = schedule;
  return { ...own, Arn: schedule.Arn };
}

/** The schedule was deleted since it was listed. */
function ignoreMissing(error: Error): undefined {
  if (error.name !== 'ResourceNotFoundException') throw error;
}
