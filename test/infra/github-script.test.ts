import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PROJECT_ROOT } from './support/runbook.ts';

const ARN = 'arn:aws:states:eu-west-1:123456789012:execution:runbook-deploy:dev-7-1-feedbeef';
/** The execution is RUNNING in the first two answers. Then it ends as $END says. */
const FAKE_AWS = `
echo "$*" >> "$CALLS"
looks=$(grep -c describe-execution "$CALLS")
case "$1 $2" in
  "sts get-caller-identity") echo 123456789012 ;;
  "stepfunctions start-execution")
    [[ -z \${REFUSAL:-} ]] || { echo "$REFUSAL" >&2; exit 254; }
    echo '${ARN}' ;;
  "stepfunctions describe-execution") ((looks < 3)) && echo '{"status":"RUNNING"}' || echo "$END" ;;
  "stepfunctions get-execution-history")
    cat <<JSON
{"events": [
  {"id": 1, "type": "ExecutionStarted", "timestamp": "2026-01-31T12:00:00Z"},
  {"id": 2, "type": "TaskStateEntered", "timestamp": "2026-01-31T12:00:01Z", "stateEnteredEventDetails": {"name": "Check request"}}
  $( ((looks < 2)) || echo ',{"id": 9, "type": "MapStateEntered", "timestamp": "2026-01-31T12:00:09Z", "stateEnteredEventDetails": {"name": "Move stable tags"}}')
]}
JSON
    ;;
esac`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'github-script-'));
  writeFileSync(join(folder, 'aws'), `#!/usr/bin/env bash\n${FAKE_AWS}\n`);
  chmodSync(join(folder, 'aws'), 0o755);
  writeFileSync(join(folder, 'calls'), '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function deploy(end: object, variables: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync('bash', [join(PROJECT_ROOT, '.github/scripts/deploy.sh')], {
    encoding: 'utf8',
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      CALLS: join(folder, 'calls'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      POLL_SECONDS: '0',
      ENVIRONMENT: 'dev',
      COMMIT: 'feedbeef',
      ATTEMPT: '7-1',
      AWS_REGION: 'eu-west-1',
      END: JSON.stringify({ executionArn: ARN, ...end }),
      ...variables,
    },
  });
  const read = (file: string) => {
    try {
      return readFileSync(join(folder, file), 'utf8');
    } catch {
      return '';
    }
  };
  return { status, output: stdout + stderr, summary: read('summary'), calls: read('calls') };
}

const report = 's3://control/environments/dev/runs/dev-1/report.html';
const output = JSON.stringify({ url: 'http://dev.example', validation: '7 passed', report });

test('starts the machine by a name of its own, says each state once, and links the report', () => {
  const { status, output: said, summary, calls } = deploy({ status: 'SUCCEEDED', output });
  expect(status, said).toBe(0);
  expect(calls).toContain(
    'start-execution --state-machine-arn arn:aws:states:eu-west-1:123456789012:stateMachine:runbook-deploy --name dev-7-1-feedbeef --input {"environment":"dev","commit":"feedbeef","reason":"push, attempt 7-1"}',
  );
  expect(said.match(/Check request/g)).toHaveLength(1);
  expect(said).toContain('2026-01-31T12:00:09  Move stable tags');
  expect(summary).toContain('✅ `feedbeef` → `dev`: SUCCEEDED');
  expect(summary).toContain(
    '[report](https://eu-west-1.console.aws.amazon.com/s3/object/control?region=eu-west-1&prefix=environments/dev/runs/dev-1/report.html)',
  );
});

test.each([
  ['a refusal', 'DeploymentRefused', `commit feedbeef was refused: <b>exit 7</b>; report: ${report}; evidence: x`],
  ['a Lambda’s error', 'InputError', JSON.stringify({ errorType: 'InputError', errorMessage: 'commit <b>exit 7</b>' })],
])('fails with the cause of %s, as text', (_, error, cause) => {
  const { status, output: said, summary } = deploy({ status: 'FAILED', error, cause });
  expect(status).toBe(1);
  expect(said).toMatch(new RegExp(`::error::${error}: commit .*exit 7`));
  expect(said).not.toContain('errorMessage');
  expect(summary).toContain(`<pre>${error}: commit`);
  expect(summary).toContain('&lt;b&gt;exit 7&lt;/b&gt;');
  expect(summary.includes('[report]')).toBe(cause.includes('s3://'));
});

test('an execution that was stopped has no cause to show', () => {
  const { status, output: said } = deploy({ status: 'ABORTED' });
  expect(status).toBe(1);
  expect(said).toContain('::error::ABORTED: ');
});

test('goes on with an execution of that name, and stops at any other refusal', () => {
  const again = deploy({ status: 'SUCCEEDED', output }, { REFUSAL: 'An error occurred (ExecutionAlreadyExists)' });
  expect(again.status, again.output).toBe(0);
  expect(again.calls).toContain(`describe-execution --execution-arn ${ARN}`);
  const denied = deploy({ status: 'SUCCEEDED', output }, { REFUSAL: 'An error occurred (AccessDeniedException)' });
  expect(denied.status).toBe(1);
  expect(denied.output).toContain('::error::An error occurred (AccessDeniedException)');
});

test.each([
  ['ENVIRONMENT', 'dev; rm -rf /'],
  ['COMMIT', '$(id)'],
  ['COMMIT', ''],
  ['ATTEMPT', '1 --x'],
])('refuses %s=%j before it calls anything', (name, value) => {
  const { status, output: said, calls } = deploy({ status: 'SUCCEEDED' }, { [name]: value });
  expect(status).toBe(1);
  expect(said).toContain(`::error::${name} is `);
  expect(calls).toBe('');
});
