import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tagFiles } from '../../../lib/builds/tag-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tags-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const filesOf = async (source: string, name = 'main.tf') => {
  writeFileSync(join(folder, name), source);
  const { 'runbook.tf.json': own, 'runbook_tags_override.tf.json': override } = await tagFiles(folder);
  return { own: own as { locals: object }, override };
};

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own interpolation
describe('the tags of the runbook', () => {
  test('are declared as a variable that a root without them can have', async () => {
    expect((await filesOf('')).own).toEqual({
      variable: { runbook_tags: { type: 'map(string)', default: {} } },
      locals: {},
    });
  });

  test('are those of the default provider, where the root has no block for it', async () => {
    expect((await filesOf('resource "aws_sqs_queue" "a" {}')).override).toEqual({
      provider: { aws: [{ default_tags: [{ tags: '${var.runbook_tags}' }] }] },
    });
  });

  test('are added to those of each provider, with its alias, and win over them', async () => {
    const { own, override } = await filesOf(`
      provider "aws" {
        default_tags { tags = { team = "x-\${var.team}" } }
      }
      provider "aws" {
        alias = "us"
        default_tags { tags = local.tags }
      }
      provider "aws" { alias = "plain" }
      provider "random" {}`);
    expect(own.locals).toEqual({
      runbook_tags_of_aws: { team: 'x-${var.team}' },
      runbook_tags_of_aws_us: '${local.tags}',
    });
    expect(override).toEqual({
      provider: {
        aws: [
          { default_tags: [{ tags: '${merge(local.runbook_tags_of_aws, var.runbook_tags)}' }] },
          { alias: 'us', default_tags: [{ tags: '${merge(local.runbook_tags_of_aws_us, var.runbook_tags)}' }] },
          { alias: 'plain', default_tags: [{ tags: '${var.runbook_tags}' }] },
        ],
      },
    });
  });

  test('are those of a provider with another name, too', async () => {
    const { override } = await filesOf(`
      terraform {
        required_providers {
          amazon = { source = "registry.terraform.io/hashicorp/aws" }
          random = { source = "hashicorp/random" }
        }
      }
      provider "amazon" { region = "eu-west-1" }`);
    expect(override).toEqual({ provider: { amazon: [{ default_tags: [{ tags: '${var.runbook_tags}' }] }] } });
  });

  test('are given to a root in JSON', async () => {
    const source = JSON.stringify({ provider: { aws: { alias: 'a', default_tags: { tags: { k: 'v' } } } } });
    const { own, override } = await filesOf(source, 'main.tf.json');
    expect(own.locals).toEqual({ runbook_tags_of_aws_a: { k: 'v' } });
    expect(override).toMatchObject({ provider: { aws: [{}, { alias: 'a' }] } });
  });

  test.each([
    [
      'makes its tags by a dynamic block',
      'main.tf',
      'provider "aws" {\n dynamic "default_tags" {\n for_each = [1]\n content { tags = {} }\n }\n}',
      'the provider aws makes its default_tags by a dynamic block',
    ],
    [
      'has a file of that name',
      'runbook.tf.json',
      '{}',
      "has a file runbook.tf.json, which is the runbook's: rename it",
    ],
  ])('are refused for a root that %s', async (_, name, source, message) => {
    await expect(filesOf(source, name)).rejects.toThrow(message);
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own interpolation
