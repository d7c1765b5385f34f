import { expect, test } from 'vitest';
import { unanswered } from '../../../../lambdas/sweep/answered-by-parent.ts';
import { lookAt } from '../../../../lambdas/sweep/look-commands.ts';

/** The parents of these parts stay. Their existence says nothing of the parts. */
test.each<[string, string, string[], string]>([
  [
    'aws_route53_record',
    'Z0123ABC_api.dev.example.com_A',
    ['Z0123ABC'],
    'aws route53 list-resource-record-sets --max-items 1 --hosted-zone-id Z0123ABC --start-record-name api.dev.example.com --start-record-type A',
  ],
  [
    'aws_route53_record',
    'Z0123ABC__dmarc_x.example.com_TXT_blue',
    ['Z0123ABC'],
    'aws route53 list-resource-record-sets --max-items 1 --hosted-zone-id Z0123ABC --start-record-name _dmarc_x.example.com --start-record-type TXT',
  ],
  [
    'aws_lb_target_group_attachment',
    'x',
    ['arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1'],
    'aws elbv2 describe-target-health --target-group-arn arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1',
  ],
  [
    'aws_iam_role_policy_attachment',
    'shared-1',
    ['shared', 'arn:aws:iam::1:policy/p'],
    'aws iam list-attached-role-policies --role-name shared',
  ],
  ['aws_s3_object', 'config/dev.json', ['shared'], 'aws s3api head-object --bucket shared --key config/dev.json'],
])('%s %s is looked for by its own command', (type, id, of, command) => {
  const item = { type, name: 'x', id, of, service: 'tagging' as const };
  expect(lookAt(item)).toBe(command);
  expect(unanswered(item)).toContain(`look for ${id}: ${command}; where it is gone, declare it in sweep.exclusions`);
});

test.each<[string, string, string[]]>([
  ['aws_s3_object', 'a; rm -rf $HOME', ['shared']],
  ['aws_route53_record', 'no-record', []],
  ['aws_iam_role_policy_attachment', 'x', []],
  ['aws_workspaces_directory', 'd-1', []],
])('%s %s has no command, and is looked for in the console', (type, id, of) => {
  const item = { type, name: 'x', id, of, service: 'tagging' as const };
  expect(lookAt(item)).toBeUndefined();
  expect(unanswered(item)).toContain('in the console of its service, then declare it in sweep.exclusions');
});
