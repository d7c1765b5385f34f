import type { AwsEvent, LabContext } from '../../context.ts';

/**
 * Waits for the event of an execution's end. A status that is read again and again takes a tenth of a processor for each execution.
 * @param isRunning whether it has not ended yet
 */
export async function executionEnd(
  { events }: Pick<LabContext, 'events'>,
  executionArn: string,
  isRunning: () => Promise<boolean>,
): Promise<void> {
  let onEvent: (event: AwsEvent) => void = () => {};
  const ended = new Promise<void>((resolve) => {
    onEvent = ({ detail }) => {
      if (detail.executionArn === executionArn && detail.status !== 'RUNNING') resolve();
    };
    // It may end while its status is on the way here.
    events.on('event', onEvent);
  });
  try {
    if (await isRunning()) await ended;
  } finally {
    events.off('event', onEvent);
  }
}
