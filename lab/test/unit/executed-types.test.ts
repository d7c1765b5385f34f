import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../terraform/refusal.ts';

const planned = (addr: string, action = 'create') => {
  const [resource_type] = addr.replace(/^module\.\w+\./, '').split('.');
  return JSON.stringify({ type: 'planned_change', change: { action, resource: { addr, resource_type } } });
};
const refused = (...lines: string[]) =>
  refusalOf(lines, new Date(0))?.map((line) => JSON.parse(line) as { diagnostic: Record<string, unknown> });

describe('a plan in the lab', () => {
  test('of types that are executed is taken', () => {
    expect(refused('{"type":"version"}', planned('aws_s3_bucket.a'), 'Warning: no JSON')).toBeUndefined();
  });

  test('is refused for each type that no test applies, by an error of Terraform', () => {
    const said = refused(
      planned('aws_s3_bucket.a'),
      planned('module.search.aws_opensearch_domain.main[0]'),
      planned('aws_opensearch_domain.other'),
      planned('awscc_s3_bucket.a'),
    );
    expect(said?.map(({ diagnostic }) => diagnostic)).toEqual([
      {
        severity: 'error',
        summary: 'The lab does not execute aws_opensearch_domain',
        detail: expect.stringMatching(
          /^module\.search\.aws_opensearch_domain\.main\[0\] and 1 more would be made\. Nothing is\./,
        ),
        address: 'module.search.aws_opensearch_domain.main[0]',
      },
      expect.objectContaining({ summary: 'The lab does not execute awscc_s3_bucket' }),
    ]);
    expect(said?.[0]).toMatchObject({
      '@level': 'error',
      type: 'diagnostic',
      '@timestamp': '1970-01-01T00:00:00.000Z',
    });
  });

  test.each(['create', 'update', 'replace'])('is refused for one that %ss', (action) => {
    expect(refused(planned('aws_opensearch_domain.a', action))).toHaveLength(1);
  });

  test.each(['noop', 'read', 'delete', 'forget', 'move'])('is taken with one of the action %s', (action) => {
    expect(refused(planned('aws_opensearch_domain.a', action))).toBeUndefined();
  });

  test.each(['random_password.a', 'terraform_data.a', 'null_resource.a'])(
    'is taken with %s, which is in no account',
    (addr) => {
      expect(refused(planned(addr))).toBeUndefined();
    },
  );
});
