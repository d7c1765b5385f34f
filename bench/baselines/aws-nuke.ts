import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CrowdedAccount } from '../../test/support/crowded-account/account.ts';
import { PLANTED } from '../../test/support/crowded-account/planted.ts';
import { Population } from '../../test/support/crowded-account/population.ts';
import { timed } from '../bench.ts';

/**
 * The server simulates the responses for these types of aws-nuke well enough. aws-nuke reads more of each resource than
 * a sweep does.
 */
const TYPES = [
  ...['EC2NetworkInterface', 'EC2SecurityGroup', 'EC2Snapshot', 'EC2Volume', 'EC2Subnet', 'EC2VPC'],
  ...['ECRRepository', 'ECSCluster', 'SQSQueue'],
];
/** aws-nuke finds an endpoint by the beginning of a type's name. The last entry is for the account itself. */
const SERVICES = [
  'ec2',
  'cloudwatch',
  'sqs',
  'secretsmanager',
  'sns',
  'ecr',
  'rds',
  'dynamodb',
  'elbv2',
  'ecs',
  'sts',
  'iam',
  '',
];

/** In this time, a person could press Ctrl-C. */
const SLEEP_MS = 3_000;

/**
 * Runs aws-nuke in its dry-run mode, which lists what it would remove. @returns undefined when aws-nuke is not on PATH
 */
export async function nukeDryRun(foreign: number, say: (line: string) => void) {
  const run = promisify(execFile);
  const version = await run('aws-nuke', ['version']).catch(() => undefined);
  if (!version) {
    say('  aws-nuke is not on PATH (Debian: apt-get install aws-nuke): not measured');
    return undefined;
  }
  const account = new CrowdedAccount(new Population(foreign, PLANTED));
  const endpoint = await account.listen();
  const folder = await mkdtemp(join(tmpdir(), 'bench-nuke-'));
  const config = {
    regions: ['eu-west-1'],
    'account-blocklist': ['999999999999'],
    accounts: { '123456789012': {} },
    endpoints: [
      {
        region: 'eu-west-1',
        services: SERVICES.map((service) => ({ service, url: endpoint, tls_insecure_skip_verify: true })),
      },
    ],
    'resource-types': { targets: TYPES },
  };
  try {
    await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
    const keys = ['--access-key-id', 'test', '--secret-access-key', 'test', '--default-region', 'eu-west-1'];
    const { ms, result } = await timed(() =>
      run('aws-nuke', ['--config', join(folder, 'config.yml'), '--force', '--force-sleep', '3', '--quiet', ...keys], {
        maxBuffer: 2 ** 28,
        timeout: 300_000,
      }).catch((error: { stdout: string; stderr: string }) => error),
    );
    const summary = /Scan complete: .*/.exec(result.stdout)?.[0];
    if (!summary) throw new Error(`aws-nuke did not finish its scan: ${(result.stdout + result.stderr).slice(-2_000)}`);
    say(`  aws-nuke: ${account.total()} requests, ${Math.round(ms / 1_000)} s`);
    return {
      requests: account.total(),
      ms: ms - SLEEP_MS,
      note: `aws-nuke was asked for ${TYPES.length} types only, a sweep covers over 40; it tells nobody’s things apart. ${summary}`,
    };
  } finally {
    await account.close();
    await rm(folder, { recursive: true, force: true });
  }
}
