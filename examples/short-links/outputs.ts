import * as z from 'zod';

/** The Terraform outputs that the check of this product looks at. */
export const linkOutputs = z.object({ api_url: z.url({ protocol: /^https$/ }) });
