import type { FakeGithub } from './fake-github.ts';

export interface GithubEvent {
  name: 'pull_request' | 'schedule';
  payload: { action?: string } & Record<string, unknown>;
  /** The login of who caused it. */
  actor: string;
  sha: string;
  ref: string;
}

interface PullRequestOptions {
  number: number;
  /** The commit at the head of its branch. */
  head: string;
  /** The repository of its branch is another one for a fork. */
  from?: string;
  label?: string;
  actor?: string;
}

export type PullRequestAction = 'opened' | 'reopened' | 'synchronize' | 'labeled' | 'unlabeled' | 'closed';

/** Returns the event with the members of its payload that workflows read. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
export function pullRequestEvent(
  github: FakeGithub,
  action: PullRequestAction,
  { number, head, from = github.repository, label, actor = 'someone' }: PullRequestOptions,
): GithubEvent {
  const repository = { full_name: github.repository, default_branch: 'main', fork: false };
  return {
    name: 'pull_request',
    payload: {
      ...{ action, number, repository, sender: { login: actor, type: 'User' } },
      pull_request: {
        ...{ number, state: action === 'closed' ? 'closed' : 'open', merged: action === 'closed' },
        labels: (github.pulls.get(number)?.labels ?? []).map((name) => ({ name })),
        head: { sha: head, ref: `branch-${number}`, repo: { full_name: from, fork: from !== github.repository } },
        base: { ref: 'main', repo: repository },
      },
      ...(label ? { label: { name: label } } : {}),
    },
    actor,
    // The commit is a merge of the branch into its base, which exists only for this.
    sha: 'f'.repeat(40),
    ref: `refs/pull/${number}/merge`,
  };
}

/** A schedule has no payload of a webhook. https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule */
export function scheduleEvent(): GithubEvent {
  return {
    name: 'schedule',
    payload: { schedule: '37 3 * * *' },
    actor: 'someone',
    sha: 'e'.repeat(40),
    ref: 'refs/heads/main',
  };
}
