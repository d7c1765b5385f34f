import { randomBytes, randomInt } from 'node:crypto';

/** Returns the AWS JSON protocol's form of a value: dates are seconds since 1970, undefined members are left out. */
export function serialize(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(serialize);
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [key, serialize(member)]),
    );
  }
  return value;
}

export const taskId = () => randomBytes(16).toString('hex');

/** The id is `ecs-svc/` and nineteen digits. */
export const deploymentId = () =>
  `ecs-svc/${Array.from({ length: 19 }, (_, place) => randomInt(place === 0 ? 1 : 0, 10)).join('')}`;

/** Returns the last part of an ARN, or the name itself where a caller gave the short form. */
export const shortName = (nameOrArn: string) => nameOrArn.split('/').at(-1) ?? nameOrArn;
