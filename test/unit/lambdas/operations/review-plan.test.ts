import { describe, expect, test } from 'vitest';
import { reviewStoredPlan } from '../../../../lambdas/operations/review-plan.ts';
import type { StoredText } from '../../../../lambdas/operations/take-inventory.ts';
import { reviewPlanResult } from '../../../../lambdas/shared/payloads.ts';
import { aRequest, RUN } from '../support/fixtures.ts';

const gone = (address: string) => ({ address, type: 'aws_s3_bucket', change: { actions: ['delete'] } });
const review = (stored: StoredText) => reviewStoredPlan(aRequest(), async () => stored);
const plan = (changes: object[]): StoredText => ({
  kind: 'found',
  text: JSON.stringify({ resource_changes: changes }),
});

describe('a plan that waits for approval', () => {
  test('is summed up with whose it is', async () => {
    const result = await review(plan([gone('aws_s3_bucket.a')]));
    expect(result).toMatchObject({ destroy: 1, dangerous: [{ address: 'aws_s3_bucket.a' }] });
    expect(result.summary).toMatch(
      new RegExp(`^Environment dev, run ${RUN}, commit abcdef1\\.\n\nTerraform would add 0`),
    );
  });

  test('fits into a state, however much it changes', async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => gone(`module.buckets.aws_s3_bucket.number_${index}`));
    const result = reviewPlanResult.parse(await review(plan(many)));
    expect(result.destroy).toBe(3_000);
    expect(JSON.stringify(result).length).toBeLessThan(64 * 1_024);
  });

  test.each<[string, StoredText, RegExp]>([
    ['was not kept', { kind: 'no-object' }, /left no environments\/dev\/runs\/.*stack\.tfplan\.json/],
    ['is no JSON', { kind: 'found', text: '<' }, /is not what "terraform show -json" says/],
    ['is something else', { kind: 'found', text: '{}' }, /is not what "terraform show -json" says/],
  ])('is not approved unseen when it %s', async (_, stored, message) => {
    await expect(review(stored)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    });
  });
});
