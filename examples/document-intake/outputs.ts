import * as z from 'zod';

/** The check of this product reads these Terraform outputs. */
export const intakeOutputs = z.object({
  documents_bucket: z.string().min(3),
  work_queue_url: z.url(),
  register_table: z.string().min(3),
});
export type IntakeOutputs = z.output<typeof intakeOutputs>;
