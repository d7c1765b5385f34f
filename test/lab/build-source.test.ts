import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codebuildService } from '../../lab/codebuild/codebuild.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { TestBuilds } from '../../lab/test/support/builds.ts';
import { zip } from '../../lab/test/support/zip.ts';
import { archiveDigest } from '../../lib/builds/source-archive.ts';
import { runbook } from '../infra/support/runbook.ts';

/** The test runs the deployed buildspecs on archives that match the record, and on others. */

const KEY = 'environments/dev/runs/r/bundle-1.zip';
/** The script stands for the program of the builds: the exports show that it has run, and with which arguments. */
const PROGRAM = `import { appendFileSync } from 'node:fs';
appendFileSync(process.env.EXPORTS_FILE, 'API_IMAGE=ran\\nFAILURE=' + process.argv.slice(2).join('-') + '\\n');`;
/** The script is that of an archive that an older version of this project has created. */
const SCRIPT = 'echo API_IMAGE=ran >>"$EXPORTS_FILE"; echo FAILURE=script-$1 >>"$EXPORTS_FILE"';
const FILES = {
  'builds/run.mjs': PROGRAM,
  // The order of bytes and that of a language differ for these names.
  'services/B': 'b',
  'services/a b': 'a',
  'services/é': '',
};
const { template } = runbook();

let lab: Lab;
let builds: TestBuilds;
let s3: S3Client;
let sha256: string;

beforeAll(async () => {
  lab = await startLab({ services: [(context) => codebuildService(context)] });
  builds = new TestBuilds(lab.context);
  await builds.createProject();
  s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: 'control', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  const folder = mkdtempSync(join(lab.context.directory, 'bundle-'));
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  sha256 = archiveDigest(folder);
  rmSync(folder, { recursive: true });
});
afterAll(() => lab?.stop());

async function build(Name: string, files: Record<string, string>, recorded: string) {
  const [project] = Object.values(template.findResources('AWS::CodeBuild::Project', { Properties: { Name } }));
  await s3.send(new PutObjectCommand({ Bucket: 'control', Key: KEY, Body: zip(files) }));
  const id = await builds.start({
    ...{ sourceTypeOverride: 'S3', sourceLocationOverride: `control/${KEY}` },
    buildspecOverride: project?.Properties.Source.BuildSpec as string,
    environmentVariablesOverride: [
      { name: 'COMMAND', value: 'plan' },
      { name: 'BUNDLE_SHA256', value: recorded },
    ],
  });
  const { buildStatus, exportedEnvironmentVariables = [] } = await builds.ended(id);
  return { buildStatus, ...Object.fromEntries(exportedEnvironmentVariables.map(({ name, value }) => [name, value])) };
}

const RAN: Record<string, object> = {
  'runbook-terraform': { FAILURE: 'terraform-plan' },
  'runbook-images': { API_IMAGE: 'ran', FAILURE: 'images' },
};
const projects = Object.keys(RAN);

test.each(projects)('%s runs the archive that the record names', async (project) => {
  expect(await build(project, FILES, sha256)).toEqual({ buildStatus: 'SUCCEEDED', ...RAN[project] });
});

test('an archive of a record that is older than digests is run', async () => {
  expect(await build('runbook-terraform', FILES, 'unknown')).toMatchObject({ buildStatus: 'SUCCEEDED' });
});

test('the scripts of an archive that is older than the program are run', async () => {
  const old = { 'infra/scripts/terraform.sh': SCRIPT, 'infra/scripts/images.sh': SCRIPT };
  const ran = { buildStatus: 'SUCCEEDED', FAILURE: 'script-plan' };
  expect(await build('runbook-terraform', old, 'unknown')).toEqual(ran);
  expect(await build('runbook-images', old, 'unknown')).toMatchObject({ API_IMAGE: 'ran', FAILURE: 'script-' });
});

const REPLACED: [string, Record<string, string>][] = [
  ['whose program is another', { ...FILES, 'builds/run.mjs': `${PROGRAM}\n` }],
  ['with a file more', { ...FILES, 'infra/aws-v3/stack/more.tf': 'locals {}' }],
  ['with a hidden file more', { ...FILES, '.terraformrc': '' }],
  ['with a file less', Object.fromEntries(Object.entries(FILES).filter(([path]) => path !== 'services/B'))],
  ['whose files have changed names', { ...FILES, 'services/B': 'a', 'services/a b': 'b' }],
];
test.each(projects.flatMap((project) => REPLACED.map(([what, files]) => [project, what, files] as const)))(
  '%s refuses an archive %s, and runs nothing of it',
  async (project, _, files) => {
    expect(await build(project, files, sha256)).toEqual({
      buildStatus: 'FAILED',
      REFUSED: expect.stringContaining(`must be ${sha256}. Nothing of it has run`),
    });
  },
);
