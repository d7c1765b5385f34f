import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** This module defines the program that builds run on the Terraform roots, and its version. */

/** Older versions have no `use_path_style` in their S3 backend, and print plans in another format. */
const OLDEST = { major: 1, minor: 6 };

export const engine = z.strictObject({
  name: z.enum(['terraform', 'opentofu']),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'must be a version such as "1.11.4"')
    .refine((version) => {
      const [major = 0, minor = 0] = version.split('.').map(Number);
      return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
    }, `must be ${OLDEST.major}.${OLDEST.minor}.0 or a later one`),
});
export type Engine = z.output<typeof engine>;

const CHECKSUMS = 'infra/terraform-checksums.txt';
/** Builds run on these platforms. */
const PLATFORMS = ['linux_amd64', 'linux_arm64'];

/** @throws {Error} when a build could not verify its download */
export function requireChecksums(projectRoot: string, { name, version }: Engine): void {
  const lines = readFileSync(join(projectRoot, CHECKSUMS), 'utf8').split('\n');
  const archives = PLATFORMS.map((platform) => `${name === 'opentofu' ? 'tofu' : name}_${version}_${platform}.zip`);
  const missing = archives.filter(
    (archive) => !lines.some((line) => /^[0-9a-f]{64} [ *]/.test(line) && line.endsWith(archive)),
  );
  if (missing.length === 0) return;
  throw new Error(
    `runbook.config.ts: engine: ${CHECKSUMS} has no checksum of ${missing.join(' and ')}: docs/own-stack.md says how to verify and add them`,
  );
}
