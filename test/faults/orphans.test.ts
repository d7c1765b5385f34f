import { expect, test } from 'vitest';
import { orphanPorts } from '../../lambdas/aws/orphan-ports.ts';
import { parseEnvironment } from '../../lambdas/contracts/environment-variables.ts';
import { manifest } from '../../lambdas/contracts/functions/orphans.ts';
import type { SweepService } from '../../lambdas/contracts/sweep-request.ts';
import { findOrphans } from '../../lambdas/sweep/find-orphans.ts';
import { ACCOUNT, aRecord, PATTERN } from '../unit/lambdas/support/fixtures.ts';
import type { Cell } from './support/cells.ts';
import { type Endpoint, questionOf } from './support/endpoint.ts';
import { FAULTS, type Fault, memberFaults } from './support/faults.ts';
import { endpoint, runMatrix } from './support/matrix.ts';
import { RemovalAccount, type World } from './support/removal-account.ts';

const OWN = { environment: 'dev', project: 'order-platform' };
const HOUR = 3_600_000;
const env = parseEnvironment(manifest, {
  ...{ ENVIRONMENTS_TABLE: 'environments', CONTROL_BUCKET: 'control', PROJECT: 'order-platform' },
  ...{ NAME_PATTERN: PATTERN, ALLOWED_REGIONS: 'eu-west-1', NOTIFICATIONS_TOPIC_ARN: 'arn:aws:sns:eu-west-1:1:n' },
  CHAT_TOPIC_ARN: '',
  WEBHOOK: '',
});

/** Each world is a live environment with a state, and with a NAT gateway or a queue that is not in the state. */
const state = { version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'l', resources: [] };
const WORLDS: Record<string, World> = {
  queue: { subject: { kind: 'queue', thing: { id: 'odd', name: 'odd' } }, tags: OWN, state },
  gateway: { subject: { kind: 'nat-gateway', thing: { id: 'nat-0dd', vpc: 'vpc-1' } }, tags: OWN, state },
};
WORLDS.queue = { ...(WORLDS.queue as World), tagged: [`arn:aws:sqs:eu-west-1:${ACCOUNT}:odd`] };

/**
 * Searches for orphaned resources twice, an hour apart.
 * @returns the messages, and the changes of the account
 */
async function looks(account: RemovalAccount, services?: readonly SweepService[]) {
  const told: string[] = [];
  const start = Date.now();
  for (const hour of [0, 1]) {
    await findOrphans({
      about: { product: 'order-platform', accountId: ACCOUNT, region: 'eu-west-1' },
      ...orphanPorts(env, { account: ACCOUNT, region: 'eu-west-1', remainingMs: () => 900_000 }, services),
      listRecords: async () => ({ records: [aRecord({ outputs: undefined })] }),
      loadRecord: async () => aRecord({ outputs: undefined }),
      publish: async ({ subject }) => void told.push(subject),
      remainingMs: () => 900_000,
      now: () => start + hour * HOUR,
    });
  }
  return { told, changes: account.changes };
}

test.each(Object.keys(WORLDS))('a %s that Terraform does not know is reported, and not touched', async (name) => {
  const account = new RemovalAccount(WORLDS[name] as World);
  endpoint.play = (request) => account.answer(request);
  expect(await looks(account)).toEqual({
    told: ['order-platform dev 123456789012 eu-west-1: 1 orphaned resource'],
    changes: [],
  });
});

async function cellsOf(at: Endpoint): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const [name, world] of Object.entries(WORLDS)) {
    const [full, bare] = [new RemovalAccount(world), new RemovalAccount({ ...world, ...without(world) })];
    const positions = new Map<string, Fault[]>();
    at.play = (request) => {
      const answer = full.answer(request);
      if (String(answer.body) !== String(bare.answer(request).body)) {
        positions.set(questionOf(request), memberFaults(answer));
      }
      return answer;
    };
    const services: readonly SweepService[] = name === 'queue' ? ['sqs', 'tagging'] : ['ec2'];
    await looks(full, services);
    for (const [question, own] of positions) {
      const [service, action] = JSON.parse(question) as [string, string];
      for (const fault of [...FAULTS, ...own]) {
        cells.push({
          subject: 'orphans',
          name: ['orphans', name, `${service} ${action}`, fault.name].join(' · '),
          fault: fault.name,
          async run() {
            let met = 0;
            const account = new RemovalAccount(world);
            at.play = (request) => account.answer(request);
            at.pass = (answer, request) =>
              questionOf(request) === question ? fault.apply(answer, request, met++) : answer;
            const { told, changes } = await looks(account, services).catch((error: Error) => ({
              told: [error.name],
              changes: [],
            }));
            return told.length > 0 && changes.length === 0 ? undefined : `told ${told.length}, changed ${changes}`;
          },
        });
      }
    }
  }
  return cells;
}

const without = ({ subject }: World): Partial<World> => ({
  ...{ subject: { ...subject, thing: { ...subject.thing, id: 'another' } }, tags: {}, tagged: [] },
});

test('an orphaned resource is reported, or is reported as unread, whatever an answer lacks', async () => {
  expect((await runMatrix('orphans', 12, cellsOf)).wrong).toEqual([]);
});
