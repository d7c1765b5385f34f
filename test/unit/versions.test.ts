import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import config from '../../runbook.config.ts';

const read = (name: string) => readFileSync(resolve(import.meta.dirname, '../..', name), 'utf8');
const workflow = yaml.parse(read('.github/workflows/ci.yml')) as {
  jobs: { test: { steps: { env?: { VERSION?: string } }[] } };
};

test('the Node of .nvmrc is the one that npm installs', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } };
  expect(read('.nvmrc').trim()).toBe(devDependencies.node);
});

test('the pipeline installs the Terraform that builds run, and can verify it', () => {
  const { version } = config.engine;
  expect(workflow.jobs.test.steps.flatMap(({ env }) => env?.VERSION ?? [])).toEqual([version]);
  for (const machine of ['linux_amd64', 'linux_arm64']) {
    expect(read('infra/terraform-checksums.txt')).toMatch(
      new RegExp(`^[0-9a-f]{64} [ *]terraform_${version.replaceAll('.', '\\.')}_${machine}\\.zip$`, 'm'),
    );
  }
});
