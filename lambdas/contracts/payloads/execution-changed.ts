import * as z from 'zod';
import { text } from '../request.ts';

/** The event is EventBridge's "Step Functions Execution Status Change". */
export const executionChangedEvent = z.object({
  detail: z.object({
    executionArn: z.string().startsWith('arn:'),
    stateMachineArn: z.string().startsWith('arn:'),
    name: text,
    status: z.string(),
    startDate: z.number(),
    stopDate: z.number().nullable(),
    /** The input and the output are absent where the event would be too large with them. */
    input: z.string().nullish(),
    output: z.string().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
    redriveCount: z.number().int().nullish(),
  }),
});
export type ExecutionChangedEvent = z.infer<typeof executionChangedEvent>;
