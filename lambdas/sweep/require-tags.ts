import { SafetyError } from '../runtime/errors.ts';

/** @throws {SafetyError} when a resource does not have the tags that the record requires */
export function requireTags(what: string, tags: Record<string, string>, own: Record<string, string>): void {
  for (const [key, value] of Object.entries(own)) {
    if (tags[key] === value) continue;
    throw new SafetyError(
      `${what} has the tag ${key}=${tags[key] ?? '(none)'}, the record says ${key}=${value}: nothing is destroyed`,
    );
  }
}
