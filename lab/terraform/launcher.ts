import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLATFORM, PROVIDER, writeCliConfiguration } from '../tools/terraform.ts';

/**
 * Terraform computes the checksum of each provider package in every command, for the AWS provider over 700 MB. The
 * first `init` with a lock file compares the package with it. Later commands get a launcher in its place: a package with
 * a script that starts the provider. `bin/terraform` installs it.
 * @param folder of unpacked providers, to which `init` makes links
 * @returns the variables that `bin/terraform` reads; none where the provider is not unpacked on this machine
 */
export function providerLauncher(
  directory: string,
  folder: string | undefined,
  version: string,
): Record<string, string> {
  if (folder === undefined) return {};
  const path = [PROVIDER, version, PLATFORM];
  const real = join(folder, ...path);
  const program = existsSync(real)
    ? readdirSync(real).find((name) => name.startsWith('terraform-provider-'))
    : undefined;
  if (!program) return {};
  const launcher = join(directory, 'providers', ...path);
  const script = `#!/bin/sh\nexec ${quoted(join(real, program))} "$@"\n`;
  const verified = join(directory, 'verified-locks');
  mkdirSync(launcher, { recursive: true });
  mkdirSync(verified, { recursive: true });
  writeFileSync(join(launcher, program), script, { mode: 0o755 });
  return {
    LAB_PROVIDER: PROVIDER,
    LAB_PROVIDER_INSTALLED: join(...path),
    LAB_PROVIDER_PACKAGE: real,
    LAB_PROVIDER_LAUNCHER: launcher,
    LAB_PROVIDER_VERIFIED: verified,
    LAB_PROVIDER_CONFIGURATION: writeCliConfiguration(
      directory,
      { kind: 'mirror', folder: join(directory, 'providers') },
      '',
      'launcher.tfrc',
    ),
    LAB_PROVIDER_HASH: packageHash(program, script),
  };
}

/** https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1, for a package of one file. */
function packageHash(name: string, content: string): string {
  const file = createHash('sha256').update(content).digest('hex');
  return `h1:${createHash('sha256').update(`${file}  ${name}\n`).digest('base64')}`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
