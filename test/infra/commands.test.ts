import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { FUNCTIONS, HANDLER_NAMES, type HandlerName } from '../../lambdas/contracts/functions.ts';

/**
 * A function declares each action that its code calls. Otherwise, AWS denies the action on the day on which the code
 * first calls it.
 */

const root = resolve(import.meta.dirname, '../..');
const CLIENTS: Record<string, string> = {
  'application-auto-scaling': 'application-autoscaling',
  'cloudwatch-logs': 'logs',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  cloudcontrol: 'cloudformation',
  eventbridge: 'events',
  'resource-groups-tagging-api': 'tag',
  'secrets-manager': 'secretsmanager',
  sfn: 'states',
};
/** The keys are commands whose action has another name. */
const ACTIONS: Record<string, readonly string[]> = {
  's3:DeleteObjects': ['s3:DeleteObjectVersion'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
  's3:HeadBucket': ['s3:ListBucket'],
  's3:HeadObject': ['s3:GetObject'],
  's3:ListBuckets': ['s3:ListAllMyBuckets'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:CopyObject': ['s3:GetObject', 's3:PutObject'],
  'lambda:Invoke': ['lambda:InvokeFunction'],
  // Every caller may ask for its own identity.
  'sts:GetCallerIdentity': [],
};

/** Returns the actions of the commands that remain in the handler's bundle after unused code is removed. */
function called(handler: HandlerName): string[] {
  const { metafile, outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [`lambdas/handlers/${handler}.ts`],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
    metafile: true,
  });
  // esbuild appends a number to a name that two clients have.
  const made = new Set(outputFiles[0]?.text.match(/(?<=new )\w+?Command(?=\d*\()/g));
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const commands = files.flatMap(([file]) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g),
    ].flatMap(([, names = '', client = '']) =>
      names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => made.has(name))
        .map((name) => `${CLIENTS[client] ?? client}:${name.replace(/Command$/, '')}`),
    ),
  );
  return [...new Set(commands.flatMap((command) => ACTIONS[command] ?? [command]))].sort();
}

test.each(HANDLER_NAMES)('%s names the action of every command that it has', (handler) => {
  const actions: readonly string[] = FUNCTIONS[handler].actions;
  expect(called(handler).filter((action) => !actions.includes(action))).toEqual([]);
});

test('commands are found', () => {
  expect(called('release-claim')).toEqual(['dynamodb:GetItem', 'dynamodb:UpdateItem']);
  expect(called('empty-bucket')).toContain('s3:ListBucketVersions');
});
