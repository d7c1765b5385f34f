import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Github } from '../../../.github/actions/runbook/github.ts';
import {
  COMMANDS,
  type Command,
  type End,
  LABELS,
  type Ports,
  type Settings,
} from '../../../.github/actions/runbook/pull-request.ts';
import {
  type PullRequestEvent,
  type PullRequestStatus,
  pullRequestEvent,
} from '../../../lambdas/contracts/pull-request.ts';
import { FakeGithub, TOKEN } from '../../support/github/fake-github.ts';

const COMMIT = 'c0ffee0c0ffee0c0ffee0c0ffee0c0ffee0c0ffe';
let github: FakeGithub;
beforeEach(async () => {
  github = await new FakeGithub().start();
});
afterEach(() => github.stop());

/** Executions of this runbook succeed, or fail where `failing` has an end for their action. */
class Runbook {
  readonly environments = new Map<number, Omit<PullRequestStatus, 'hasImages'>>();
  readonly asked: PullRequestEvent[] = [];
  readonly said: string[] = [];
  readonly outputs: Record<string, string> = {};
  failing: Partial<Record<PullRequestEvent['action'], End>> = {};
  hasImages = true;
  summary = '';
  junit = '';
  #last: PullRequestEvent | undefined;

  get ports(): Ports {
    return {
      github: new Github({ url: github.url, repository: github.repository, token: TOKEN }),
      ask: async (given) => {
        const event = pullRequestEvent.parse(given);
        this.asked.push(event);
        if (event.action === 'list') return { numbers: [...this.environments.keys()] };
        if (event.action === 'status')
          return {
            ...(this.environments.get(event.number) ?? { environment: `pr-${event.number}`, status: 'NONE' }),
            hasImages: this.hasImages,
          };
        this.#last = event;
        return { environment: `pr-${event.number}`, execution: `arn:aws:states:x:${event.action}` };
      },
      follow: async () => this.#end(),
      readChecks: async () => [{ check: 'alb-health', status: 'passed', expected: '200', observed: '200 in 54 ms' }],
      say: (line) => this.said.push(line),
      output: (name, value) => {
        this.outputs[name] = value;
      },
      summary: (markdown) => {
        this.summary += markdown;
      },
      junit: (xml) => {
        this.junit = xml;
      },
      now: () => Date.parse('2026-01-31T13:30:00Z'),
    };
  }

  #end(): End {
    const event = this.#last;
    if (!event || event.action === 'list' || event.action === 'status') throw new Error('nothing was started');
    const { action, number } = event;
    const environment = `pr-${number}`;
    const failed = this.failing[action];
    if (failed) return failed;
    if (action === 'provision' || action === 'deploy')
      this.environments.set(number, {
        ...{
          environment,
          status: 'LIVE',
          verdict: 'PASSED',
          validatedAt: '2026-01-31T13:20:00Z',
          url: 'http://alb-1.example',
        },
        ...{ usdPerHour: 0.092, usdSoFar: 0.05, endsAt: '2026-02-01T13:00:00Z', report: { bucket: 'b', key: 'k' } },
        commit: action === 'deploy' ? COMMIT : 'abcdef1',
      });
    if (action === 'teardown') this.environments.set(number, { environment, status: 'GONE' });
    return { status: 'SUCCEEDED' };
  }

  get started(): string[] {
    return this.asked.flatMap((event) => (event.action === 'status' || event.action === 'list' ? [] : [event.action]));
  }
}

const settings: Settings = {
  ...{
    number: 123,
    commit: COMMIT,
    attempt: '7-1',
    ttlHours: 24,
    runUrl: 'https://github.com/team/shop/actions/runs/7',
  },
  ...{ error: undefined, label: undefined, labeled: false, provisioned: false },
};

/** Runs the commands of the action's steps. A failed step ends the others, and the report runs in any case. */
async function action(command: 'up' | 'down' | 'label' | 'closed', runbook: Runbook, changes: Partial<Settings> = {}) {
  const steps: Record<string, Command[]> = { up: ['provision', 'deploy'], down: ['teardown'] };
  const given = { ...settings, ...changes };
  let error: string | undefined;
  for (const step of steps[command] ?? [command as Command]) {
    const provisioned = runbook.outputs.provisioned === 'true';
    error = await COMMANDS[step]({ ...given, provisioned }, runbook.ports).then(
      () => undefined,
      (failure: Error) => failure.message,
    );
    if (error !== undefined) break;
  }
  if (command !== 'closed') await COMMANDS.report({ ...given, error }, runbook.ports);
  return error;
}

const commentsOf = (number: number) => github.pulls.get(number)?.comments.map(({ body }) => body) ?? [];

describe('the life of a pull request', () => {
  test('is one environment and one comment: opened, pushed to, closed', async () => {
    github.open(123, ['Please review']);
    const runbook = new Runbook();
    await action('up', runbook);
    expect(runbook.started).toEqual(['provision', 'deploy']);
    expect(commentsOf(123)).toHaveLength(2);
    expect(commentsOf(123)[1]).toContain('✅ `pr-123`: LIVE');
    expect(commentsOf(123)[1]).toContain('http://alb-1.example');
    expect(commentsOf(123)[1]).toContain('$0.092 an hour');
    expect(runbook.outputs).toMatchObject({
      environment: 'pr-123',
      images: 'true',
      status: 'LIVE',
      verdict: 'PASSED',
      address: 'http://alb-1.example',
    });

    await action('up', runbook, { attempt: '8-1' });
    expect(runbook.started.slice(2)).toEqual(['deploy']);
    expect(commentsOf(123)).toHaveLength(2);

    const pull = github.pulls.get(123);
    if (pull) pull.state = 'closed';
    await action('down', runbook, { attempt: '9-1' });
    expect(commentsOf(123)[1]).toContain('⚪ `pr-123`: GONE');
    await action('down', runbook, { attempt: '10-1' });
    expect(runbook.started.slice(3)).toEqual(['teardown']);
  });

  test('of a stack without images has nothing to push or deploy: each push is validated', async () => {
    github.open(123);
    const runbook = new Runbook();
    runbook.hasImages = false;
    await action('up', runbook);
    expect(runbook.started).toEqual(['provision']);
    expect(runbook.outputs.images).toBe('false');
    expect(await action('up', runbook, { attempt: '8-1' })).toBeUndefined();
    expect(runbook.started.slice(1)).toEqual(['validate']);
    expect(commentsOf(123)).toEqual([expect.stringContaining('✅ `pr-123`: LIVE')]);
    // The environment has nothing of the commit.
    expect(commentsOf(123)[0]).not.toContain('Commit');
  });

  test('what fails is in the comment, the annotations, the summary and the JUnit file, and fails the job', async () => {
    github.open(123);
    const runbook = new Runbook();
    runbook.failing = {
      deploy: {
        status: 'FAILED',
        error: 'DeploymentRefused',
        cause: '{"errorMessage":"commit <c0ffee0> was refused"}',
      },
    };
    const error = await action('up', runbook);
    expect(error).toBe('deploy FAILED: DeploymentRefused: commit <c0ffee0> was refused');
    expect(commentsOf(123)[0]).toMatch(/❌ `pr-123`/);
    expect(commentsOf(123)[0]).toContain('commit &#60;c0ffee0&#62; was refused');
    expect(runbook.said.filter((line) => line.startsWith('::error'))).toHaveLength(1);
    expect(runbook.summary).toContain('was refused');
    expect(runbook.junit).toContain('errors="1"');
  });

  test('says that an environment runs another commit than the pull request has', async () => {
    github.open(123);
    const runbook = new Runbook();
    await COMMANDS.provision(settings, runbook.ports);
    await COMMANDS.report(settings, runbook.ports);
    expect(commentsOf(123)[0]).toContain('Commit: `abcdef1`, not `c0ffee0c0ffe` of the pull request');
  });
});

describe('the comment', () => {
  test('is found behind a hundred others, and somebody’s own that begins alike is left alone', async () => {
    const others = Array.from({ length: 250 }, (_, index) => `remark ${index}`);
    github.open(123, ['<!-- runbook --> mine', ...others]);
    const runbook = new Runbook();
    await action('up', runbook);
    await action('up', runbook);
    expect(commentsOf(123)).toHaveLength(252);
    expect(commentsOf(123)[0]).toBe('<!-- runbook --> mine');
  });

  test('says when the report cannot be read, and lists no checks', async () => {
    github.open(123);
    const runbook = new Runbook();
    await COMMANDS.provision(settings, runbook.ports);
    await COMMANDS.report(settings, { ...runbook.ports, readChecks: async () => undefined });
    expect(commentsOf(123)[0]).toContain('what they found is unknown');
    expect(runbook.junit).toContain('errors="1"');
  });
});

describe('labels', () => {
  const label = (name: string, labeled: boolean) => async () => {
    const pull = github.open(123);
    pull.labels.push(name);
    const runbook = new Runbook();
    await action('label', runbook, { label: name, labeled });
    return { runbook, pull };
  };

  test('keep blocks the teardown for a day, until it is taken off', async () => {
    const { runbook } = await label(LABELS.keep, true)();
    expect(runbook.asked).toContainEqual({
      action: 'protect',
      number: 123,
      attempt: '7-1',
      until: '2026-02-01T13:30:00Z',
    });
    const { runbook: off } = await label(LABELS.keep, false)();
    expect(off.asked).toContainEqual({ action: 'protect', number: 123, attempt: '7-1', until: null });
  });

  test('extend adds hours, and comes off so that it can be put on again', async () => {
    const { runbook, pull } = await label(LABELS.extend, true)();
    expect(runbook.asked).toContainEqual({ action: 'extend', number: 123, attempt: '7-1', hours: 8 });
    expect(pull.labels).toEqual([]);
  });

  test('that are others start nothing', async () => {
    const { runbook } = await label('bug', true)();
    expect(runbook.started).toEqual([]);
  });
});

describe('the third net', () => {
  const there = (runbook: Runbook, ...numbers: number[]) => {
    for (const number of numbers) runbook.environments.set(number, { environment: `pr-${number}`, status: 'LIVE' });
  };

  test('tears down what belongs to a pull request that is closed, and nothing else', async () => {
    github.open(1);
    github.open(2).state = 'closed';
    const runbook = new Runbook();
    there(runbook, 1, 2);
    expect(await action('closed', runbook)).toBeUndefined();
    expect(runbook.asked).toEqual([{ action: 'list' }, { action: 'teardown', number: 2, attempt: '7-1' }]);
  });

  test('leaves alone what GitHub does not know, and goes on with the others', async () => {
    github.open(3).state = 'closed';
    const runbook = new Runbook();
    there(runbook, 1, 3);
    expect(await action('closed', runbook)).toMatch(/^pull request 1: GitHub answers 404/);
    expect(runbook.asked).toEqual([{ action: 'list' }, { action: 'teardown', number: 3, attempt: '7-1' }]);
  });

  test.each([401, 403, 429, 500, 503])('tears nothing down when GitHub answers %i', async (status) => {
    github.open(1).state = 'closed';
    github.broken = status;
    const runbook = new Runbook();
    there(runbook, 1);
    expect(await action('closed', runbook)).toContain(String(status));
    expect(runbook.started).toEqual([]);
  });
});
