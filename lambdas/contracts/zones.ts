import * as z from 'zod';

/** A hosted zone that exists already, and the names of the records that a root may change there. */
export const zone = z.strictObject({
  /** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html */
  id: z.string().regex(/^Z[A-Z0-9]{1,31}$/, 'must be the id of a hosted zone, such as "Z0123456789ABCDEFGHIJ"'),
  /** Names with `*` and `?`, in lower case and without a dot at the end: `*.dev.example.com`. */
  records: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9_.*?-]+(?<!\.)$/, 'must be a name in lower case, without a dot at the end')
        .regex(/(^|\.)[a-z0-9_-]+\.[a-z0-9-]+$/, 'must end with a domain: "*" would reach every record of the zone'),
    )
    .min(1, 'must name the records that the root may change')
    .max(20),
});
export type Zone = z.output<typeof zone>;
