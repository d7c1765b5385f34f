import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, test } from 'vitest';
import { PROJECT_ROOT, runbook } from './support/runbook.ts';

const scratch = mkdtempSync(join(tmpdir(), 'assembly-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function synthesize(name: string, changes: Parameters<typeof runbook>[0] = {}): string {
  const { app } = runbook(changes, join(scratch, name));
  app.synth();
  return readFileSync(templateOf(name), 'utf8');
}
const templateOf = (name: string) => join(scratch, name, 'Runbook.template.json');
const text = synthesize('one');
const template = JSON.parse(text) as { Resources: Record<string, { Type: string }> };

test('cdk-nag has nothing to say that is not answered', () => {
  const { app } = runbook();
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const findings = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map((resource) => `${ruleName} ${'constructPath' in resource ? resource.constructPath : ''}`),
  );
  expect(findings).toEqual([]);
});

test('on AWS a sweep waits a minute between its looks, and for as long as the lab says there', () => {
  const waits = (name: string, environment: Record<string, string>) => {
    const outdir = join(scratch, name);
    const { status, stderr } = spawnSync(process.execPath, [join(PROJECT_ROOT, 'bin/app.ts')], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...environment,
        CDK_OUTDIR: outdir,
        CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [] }),
      },
    });
    expect(status, stderr).toBe(0);
    const text = readFileSync(join(outdir, 'Runbook.template.json'), 'utf8');
    return /Let deletions settle\\": \{.*?Seconds\\": (\d+)/.exec(text)?.[1];
  };
  expect(waits('aws', {})).toBe('60');
  expect(waits('lab', { RUNBOOK_SETTLE_SECONDS: '7' })).toBe('7');
});

test('the same checkout gives the same template, byte by byte', () => {
  expect(synthesize('two')).toBe(text);
});

test('nothing of this machine, of a time or of an account is in it', () => {
  expect(text).not.toContain(PROJECT_ROOT);
  expect(text).not.toMatch(/\b\d{12}\b/);
  expect(template).not.toHaveProperty('Rules');
  expect(Object.values(template.Resources).map(({ Type }) => Type)).not.toContain('AWS::CDK::Metadata');
});

describe('cfn-lint', () => {
  const version = spawnSync('cfn-lint', ['--version'], { encoding: 'utf8' });
  const missing = version.error !== undefined;

  test.runIf(missing && process.env.CI)('is on PATH', () => {
    throw new Error('cfn-lint is not on PATH: pipx install cfn-lint');
  });

  test.skipIf(missing)('finds nothing, whatever is switched on', () => {
    synthesize('all', { github: { repository: 'acme/shop', branch: 'master' } });
    // W3005: CDK adds a dependency by name on the role of a function or machine, in addition to the reference that
    // exists anyway.
    const lint = spawnSync('cfn-lint', ['--ignore-checks', 'W3005', '--', ...['one', 'all'].map(templateOf)], {
      encoding: 'utf8',
    });
    expect(lint.stdout).toBe('');
    expect(lint.status).toBe(0);
  });
});
