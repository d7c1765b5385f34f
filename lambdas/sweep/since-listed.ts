import { instantOf } from '../runtime/clock.ts';
import type { Evidence } from './attribute.ts';
import type { Confirmation, Found } from './sweep-service.ts';

/**
 * AWS assigns the ids of these, so no other resource can have them. The keys are services. The values are types, and
 * `true` stands for every type of the service.
 */
const GENERATED_IDS: Readonly<Record<string, true | readonly string[]>> = {
  ec2: true,
  elbv2: true,
  // The ARN ends with six characters that Secrets Manager adds.
  secretsmanager: true,
  kms: ['key', 'custom-key-store'],
  // A revision is never assigned twice.
  ecs: ['task', 'task-definition'],
  rds: ['automated-backup', 'cluster-automated-backup', 'db-proxy'],
  dynamodb: ['backup'],
};

/** The clocks of two services may differ. Nobody deletes a resource and creates another one in this time. */
const TOLERANCE_MS = 60_000;

/** Says what has happened to a name since the inventory listed it. */
export function sinceListed(
  service: string,
  { source, type, listedAt, hadTags }: Found,
  created: Confirmation['created'],
): Pick<Evidence, 'remade' | 'lostTags' | 'neverTagged'> {
  if (source !== 'inventory') return {};
  if (created === undefined) {
    const generated = GENERATED_IDS[service];
    if (generated === true || generated?.includes(type)) return { lostTags: false };
    return hadTags === false ? { lostTags: false, neverTagged: true } : { lostTags: hadTags === true };
  }
  if (listedAt === undefined || created.at <= Date.parse(listedAt) + TOLERANCE_MS) return {};
  return {
    remade: {
      ...{ createdAt: instantOf(created.at), listedAt },
      ...(created.orChanged ? { orChanged: true } : {}),
      ...(hadTags ? {} : { untagged: true }),
    },
  };
}
