import { describe, expect, test } from 'vitest';
import { PREVIEW_PROJECT } from '../../lib/names.ts';
import config from '../../runbook.config.ts';
import { actionsOf, flat, listOf, resourcesOf, runbook, type Statement, statementsOf } from './support/runbook.ts';

/** A backend that the runbook did not make is neither changed nor emptied nor deleted, by any role. */

const CHANGES = /^(s3:(Create|Delete|Put)Bucket|s3:DeleteObjectVersion|dynamodb:(Create|Delete|Update)Table)/;
const STATE = 'arn:<AWS::Partition>:s3:::acme-*-state-<AWS::AccountId>';
const OBJECTS = `${STATE}/stack/terraform.tfstate*`;

const { template } = runbook({
  stack: {
    ...config.stack,
    keepBackend: { bucket: 'acme-{environment}-state-{account}', table: 'Acme_{environment}' },
  },
});
const terraform = statementsOf(template, 'What builds of runbook-terraform may do');
const preview = statementsOf(template, `What builds of ${PREVIEW_PROJECT} may do`);
const allowed = (statements: readonly Statement[]) => statements.filter(({ Effect }) => Effect === 'Allow');
const denied = (statements: readonly Statement[]) => statements.filter(({ Effect }) => Effect === 'Deny');
const isBackend = ({ Resource }: Statement) =>
  listOf(Resource).some((one) => /acme-|Acme_|tfstate-<|tflock/.test(flat(one)));

describe('the builds of Terraform', () => {
  test('read and write the state, and nothing else in the bucket', () => {
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'])
      expect(resourcesOf(allowed(terraform), action).filter((one) => one.includes('acme'))).toEqual([OBJECTS]);
    expect(resourcesOf(allowed(terraform), 's3:GetBucketTagging')).toEqual([STATE]);
    expect(resourcesOf(allowed(terraform), 'dynamodb:PutItem').join()).toContain(':table/Acme_*');
  });

  test('change no backend', () => {
    expect(actionsOf(allowed(terraform).filter(isBackend)).filter((action) => CHANGES.test(action))).toEqual([]);
    expect(resourcesOf(denied(terraform), 's3:DeleteBucket')).toContain(STATE);
    expect(resourcesOf(denied(terraform), 'dynamodb:DeleteTable').join()).toContain(':table/Acme_*');
  });

  test('get the patterns, and so do previews, which read the state', () => {
    const projects = Object.values(template.findResources('AWS::CodeBuild::Project')).map(({ Properties }) =>
      Object.fromEntries(
        Properties.Environment.EnvironmentVariables.map(({ Name, Value }: { Name: string; Value: unknown }) => [
          Name,
          Value,
        ]),
      ),
    );
    const of = (name: string) => projects.filter((one) => one[name] !== undefined).map((one) => one[name]);
    expect(of('BACKEND_BUCKET')).toEqual(Array(2).fill('acme-{environment}-state-{account}'));
    expect(of('BACKEND_TABLE')).toEqual(Array(2).fill('Acme_{environment}'));
    expect(resourcesOf(preview, 's3:GetObject')).toContain(OBJECTS);
  });
});

describe('the functions', () => {
  const of = (name: string) => statementsOf(template, `What runbook-${name} may do`);

  test.each(['remove-unmanaged', 'empty-bucket'])('%s deletes nothing of it', (name) => {
    for (const action of ['s3:DeleteBucket', 's3:DeleteObjectVersion'])
      expect(resourcesOf(denied(of(name)), action)).toEqual(expect.arrayContaining([STATE, `${STATE}/*`]));
  });

  test.each(['sweep-services', 'orphans', 'remove-unmanaged'])('%s reads it', (name) => {
    expect(resourcesOf(allowed(of(name)), 's3:ListBucket')).toContain(STATE);
    expect(resourcesOf(allowed(of(name)), 's3:DeleteBucket').join()).not.toContain('acme');
  });
});

test('roles of environments do not reach it', () => {
  const [boundary] = Object.values(template.findResources('AWS::IAM::ManagedPolicy')).filter(
    ({ Properties }) => Properties.Description === 'The most that roles of environments may do',
  );
  const statements: Statement[] = boundary?.Properties.PolicyDocument.Statement;
  expect(resourcesOf(denied(statements), 's3:GetObject')).toEqual([`${STATE}/*`]);
  expect(resourcesOf(denied(statements), 'dynamodb:GetItem').join()).toContain(':table/Acme_*');
});
