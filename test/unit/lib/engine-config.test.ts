import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hasLockFile } from '../../../builds/terraform/binary.ts';
import { parseConfig } from '../../../lib/config/config.ts';
import { requireChecksums } from '../../../lib/config/engine-config.ts';
import config from '../../../runbook.config.ts';

const root = mkdtempSync(join(tmpdir(), 'engine-'));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'infra'));

describe('the engine', () => {
  test.each([
    ['terraform', '1.6.0'],
    ['terraform', '1.14.2'],
    ['opentofu', '1.6.0'],
    ['opentofu', '2.0.0'],
  ])('may be %s %s', (name, version) => {
    expect(parseConfig({ ...config, engine: { name, version } }).engine).toEqual({ name, version });
  });

  test.each([
    [{ name: 'terraform', version: '1.5.7' }, 'engine.version: must be 1.6.0 or a later one'],
    [{ name: 'terraform', version: '0.15.0' }, 'engine.version: must be 1.6.0 or a later one'],
    [{ name: 'opentofu', version: '1.9' }, 'engine.version: must be a version such as "1.11.4"'],
    [{ name: 'terragrunt', version: '1.9.0' }, 'engine.name'],
  ])('may not be %j', (engine, message) => {
    expect(() => parseConfig({ ...config, engine })).toThrow(message);
  });

  test('was a version of Terraform alone before', () => {
    const terraform = { ...config.terraform, version: '1.11.4' };
    expect(() => parseConfig({ ...config, terraform })).toThrow('terraform.version: is engine.version now');
  });

  test('is one that a build can verify, or nothing is deployed', () => {
    const sums = (...archives: string[]) =>
      writeFileSync(
        join(root, 'infra/terraform-checksums.txt'),
        archives.map((archive) => `${'a'.repeat(64)}  ${archive}\n`).join(''),
      );
    sums('tofu_1.9.0_linux_amd64.zip', 'tofu_1.9.0_linux_arm64.zip', 'terraform_1.9.0_linux_arm64.zip');
    expect(() => requireChecksums(root, { name: 'opentofu', version: '1.9.0' })).not.toThrow();
    expect(() => requireChecksums(root, { name: 'terraform', version: '1.9.0' })).toThrow(
      'infra/terraform-checksums.txt has no checksum of terraform_1.9.0_linux_amd64.zip: docs/own-stack.md',
    );
    expect(() => requireChecksums(root, { name: 'opentofu', version: '1.9' })).toThrow('tofu_1.9_linux_amd64.zip and');
    const project = resolve(import.meta.dirname, '../../..');
    expect(() => requireChecksums(project, parseConfig(config).engine)).not.toThrow();
  });

  test.each([
    ['1.6.0', false],
    ['1.9.8', false],
    ['1.10.0', true],
    ['1.11.4', true],
    ['2.0.0', true],
  ])('of version %s has a lock file in S3: %s', (version, has) => {
    expect(hasLockFile(version)).toBe(has);
  });
});
