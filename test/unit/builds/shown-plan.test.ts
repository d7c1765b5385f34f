import { describe, expect, test } from 'vitest';
import { moreThan } from '../../../builds/terraform/rest-plan.ts';
import { othersIn, shownPlan, unapprovedIn, undestroyableIn } from '../../../builds/terraform/shown-plan.ts';

type Entry = [address: string, actions: string[], more?: object];
const plan = (...entries: Entry[]) =>
  shownPlan.parse({
    resource_changes: entries.map(([address, actions, more]) => ({
      ...{ address, mode: 'managed', type: address.split('.')[0], change: { actions } },
      ...more,
    })),
  });

test.each<[string, Entry[], string]>([
  ['nothing', [], 'none'],
  ['new task definitions', [['aws_ecs_task_definition.a', ['delete', 'create']]], 'none'],
  ['services that change', [['aws_ecs_service.a', ['update']]], 'none'],
  [
    'what is read or stays',
    [
      ['a.b', ['read']],
      ['a.c', ['no-op']],
    ],
    'none',
  ],
  ['a service that is made anew', [['aws_ecs_service.a', ['delete', 'create']]], 'aws_ecs_service.a (delete, create)'],
  ['a definition that goes', [['aws_ecs_task_definition.a', ['delete']]], 'aws_ecs_task_definition.a (delete)'],
  [
    'two others',
    [
      ['a.b', ['create']],
      ['a.c', ['update']],
    ],
    'a.b (create); a.c (update)',
  ],
  [
    'more than a line has room for',
    Array.from({ length: 10 }, (_, at): Entry => [`a.b${at}`, ['create']]),
    `${Array.from({ length: 8 }, (_, at) => `a.b${at} (create)`).join('; ')}; and 2 more`,
  ],
])('a rollout changes besides the services: %s', (_, entries, others) => {
  expect(othersIn(plan(...entries))).toBe(others);
});

const own = { project: 'p', environment: 'dev' };
const repository = (after: unknown): Entry => [
  'aws_ecr_repository.a',
  ['create'],
  { change: { actions: ['create'], after } },
];

test.each<[string, Entry, string[]]>([
  ['its own', repository({ tags_all: own, force_delete: true }), []],
  ['one that goes', ['aws_ecr_repository.a', ['delete'], { change: { actions: ['delete'], after: null } }], []],
  [
    'one of another environment',
    repository({ tags_all: { ...own, environment: 'x' }, force_delete: true }),
    ['environment=x'],
  ],
  ['one without tags', repository({ force_delete: true }), ['environment=(none)', 'project=(none)']],
  ['one that keeps its images', repository({ tags_all: own }), ['keeps its images']],
  ['something else', ['aws_kms_key.a', ['create']], ['is no repository']],
  ['something else that is read', ['aws_kms_key.a', ['read']], []],
])('what a teardown could not delete of the repositories: %s', (_, entry, words) => {
  const found = undestroyableIn(plan(entry), own);
  expect(found).toHaveLength(words.length);
  for (const [at, word] of words.entries()) expect(found[at]).toContain(word);
});

test.each<[string[], boolean]>([
  [['create'], true],
  [['update'], true],
  [['no-op'], true],
  [['delete'], false],
  [['delete', 'create'], false],
  [['create', 'delete'], false],
  [['forget'], false],
])('of a repository, nobody has to approve %j: %s', (actions, fine) => {
  expect(unapprovedIn(plan(['aws_ecr_repository.a', actions])).length === 0).toBe(fine);
});

describe('what is left of a plan', () => {
  test('names at most eight', () => {
    const rest = Array.from({ length: 10 }, (_, at): Entry => [`a.b${at}`, ['create']]);
    const more = moreThan(plan(), plan(...rest), false);
    expect(more).toHaveLength(9);
    expect(more[8]).toBe('and 2 more');
  });

  // The tests cover every pair of a planned change and a remaining change.
  const KINDS: Record<string, [string[], object?]> = {
    'no-op': [['no-op']],
    create: [['create']],
    update: [['update']],
    delete: [['delete']],
    forget: [['forget']],
    replace: [['delete', 'create'], { action_reason: 'replace_because_cannot_update' }],
    'create first': [['create', 'delete'], { action_reason: 'replace_because_cannot_update' }],
    taint: [['delete', 'create'], { action_reason: 'replace_because_tainted' }],
    'taint, create first': [['create', 'delete'], { action_reason: 'replace_because_tainted' }],
    deposed: [['delete'], { deposed: '01' }],
  };
  const ALLOWED: Record<string, string[]> = {
    'no-op': [],
    create: ['create', 'taint', 'taint, create first', 'deposed'],
    update: ['update'],
    delete: ['delete'],
    forget: ['forget'],
    replace: ['create', 'replace', 'taint', 'taint, create first', 'deposed'],
    'create first': ['create', 'create first', 'taint', 'taint, create first', 'deposed'],
    taint: ['create', 'replace', 'taint', 'taint, create first', 'deposed'],
    'taint, create first': ['create', 'create first', 'taint', 'taint, create first', 'deposed'],
    deposed: ['deposed'],
  };
  const pairs = Object.keys(KINDS).flatMap((planned) => Object.keys(KINDS).map((left) => [planned, left] as const));
  const entry = (kind: string): Entry => ['a.b', ...(KINDS[kind] ?? [[]])] as Entry;

  test.each(pairs)('%s was planned, %s is left', (planned, left) => {
    const fine = left === 'no-op' || ALLOWED[planned]?.includes(left);
    expect(moreThan(plan(entry(planned)), plan(entry(left)), false)).toHaveLength(fine ? 0 : 1);
  });

  test.each(pairs)('of a destroy, %s was planned, %s is left', (planned, left) => {
    const fine = left === 'no-op' || (planned === left && ['delete', 'deposed'].includes(left));
    expect(moreThan(plan(entry(planned)), plan(entry(left)), true)).toHaveLength(fine ? 0 : 1);
  });
});
