import * as z from 'zod';
import { environmentName } from '../contracts.ts';

/** The CLI asks for a preview of what a provision of the environment would change now. */
export const previewEvent = z.strictObject({ environment: environmentName });
export type PreviewEvent = z.infer<typeof previewEvent>;

/** `preview` returns the id of the build that plans. */
export const previewResult = z.object({ build: z.string().min(1) });
export type PreviewResult = z.infer<typeof previewResult>;
