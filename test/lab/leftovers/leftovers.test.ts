import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { pythonWithMoto } from '../../../lab/tools/python.ts';
import type { Finding } from '../../../lambdas/contracts/contracts.ts';
import { environmentNames } from '../../../lambdas/contracts/naming.ts';
import { SWEEP_SERVICES, type SweepService } from '../../../lambdas/contracts/sweep-request.ts';
import { isOwnedName } from '../../../lambdas/sweep/owned-names.ts';
import { removalOf } from '../../../lambdas/sweep/removal-commands.ts';
import { type Candidate, sweepService } from '../../../lambdas/sweep/sweep-service.ts';
import { ACCOUNT, aRecord, aRequest, NO_NEIGHBOURS, outputs, PATTERN } from '../../unit/lambdas/support/fixtures.ts';
import { type Planted, table, verdictOf } from './table.ts';

/**
 * The test plants one resource of each kind in each way. The sweep of a live environment finds it, or reports that it
 * cannot determine it.
 */

const ENVIRONMENT = 'life';
const PROJECT = 'order-platform';
const before = { ...process.env };
let lab: Lab;
let planted: Planted[];
let findings: Finding[];
/** The tagging API lists these ARNs. */
const tagged: string[] = [];
const LISTED = { service: 'tagging', type: 'resource', status: 'PRESENT', source: 'tag', reason: 'listed' } as const;

beforeAll(async () => {
  lab = await startLab({ services: [] });
  Object.assign(process.env, lab.environment);
  const names = environmentNames(PATTERN, ENVIRONMENT, ACCOUNT);
  const python = await pythonWithMoto(lab.context.projectRoot);
  const script = join(import.meta.dirname, 'plant.py');
  const { stdout } = await promisify(execFile)(python, [script, ENVIRONMENT, PROJECT, names.prefix], {
    env: process.env,
    maxBuffer: 2 ** 24,
  });
  const answer = JSON.parse(stdout) as { vpc: string; planted: Planted[] };
  planted = answer.planted;
  const record = aRecord({ environment: ENVIRONMENT, outputs: { ...outputs, vpc_id: answer.vpc } });
  const request = aRequest({ machine: 'sweep', environment: ENVIRONMENT, names, record });
  const { readTags } = await import('../../../lambdas/aws/tags.ts');
  const { removalScope } = await import('../../../lambdas/aws/sweep-ports.ts');
  const { loadSweeper } = await import('../../../lambdas/aws/sweepers.ts');
  const { taggedArns } = await import('../../../lambdas/aws/tagged-resources.ts');
  const ports = {
    sweeper: loadSweeper,
    inventory: async () => [],
    tagged: taggedArns({ environment: ENVIRONMENT, project: PROJECT }, 'eu-west-1', ['eu-west-1']).tagged,
    project: PROJECT,
    owns: (name: string) => isOwnedName(names.prefix, name),
    tags: (service: SweepService, one: Candidate) => readTags(service, one, removalScope(request)),
    claims: NO_NEIGHBOURS.claims,
  };
  for (const service of SWEEP_SERVICES) for await (const arn of ports.tagged(service)) tagged.push(arn);
  const swept = SWEEP_SERVICES.map((service) => sweepService({ request, service, pass: 1 }, ports));

  findings = (await Promise.all(swept)).flatMap((one) => one.findings);
});

afterAll(async () => {
  process.env = before;
  await lab?.stop();
});

/** The sweep misses these in the emulator, and finds them on AWS. */
const ELSEWHERE: Record<string, string> = {
  'classic-elb vpc': 'its network interfaces are found, which the emulator does not make',
};

const missed = (way: Planted['way']) =>
  planted.filter((one) => one.id && one.way === way && ['MISSED', 'ABSENT'].includes(verdictOf(one, findings)));
const inWords = ({ kind, way }: Planted) => `${kind} ${way}`;

test('what has the environment’s tags is found, or UNKNOWN, if the tagging API lists it', () => {
  process.stdout.write(`${table(planted, findings)}\n`);
  const listed = tagged.map((arn): Finding => ({ ...LISTED, id: arn, arn }));
  expect(
    missed('tag')
      .filter((one) => verdictOf(one, listed) !== 'MISSED')
      .map(inWords),
  ).toEqual([]);
  expect(planted.filter(({ way, id }) => way === 'tag' && id).length).toBeGreaterThan(75);
});

test('what has the environment’s name is found', () => {
  expect(missed('name').map(inWords)).toEqual([]);
  expect(planted.filter(({ way, id }) => way === 'name' && id).length).toBeGreaterThan(70);
});

test('what is in the environment’s VPC is found, without a tag and with a name of its own', () => {
  expect(missed('vpc').map(inWords)).toEqual(Object.keys(ELSEWHERE));
  expect(planted.filter(({ way, id }) => way === 'vpc' && id).length).toBeGreaterThan(15);
});

test('every list was read, and what is left has a command that removes it', () => {
  expect(findings.filter(({ id }) => id === '*')).toEqual([]);
  const without = findings.filter((one) => {
    const { command = '' } = removalOf(one, { region: 'eu-west-1', accountId: ACCOUNT }) ?? {};
    return one.status === 'PRESENT' && !/^aws \S+ \S/.test(command);
  });
  expect(without).toEqual([]);
});
