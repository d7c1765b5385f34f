import { expect, test } from 'vitest';
import { followDocument, type IntakePorts } from '../../../examples/document-intake/follow-document.ts';

const outputs = { documents_bucket: 'documents', work_queue_url: 'https://sqs/work', register_table: 'register' };
const announcement = (key: string) =>
  JSON.stringify({ Records: [{ s3: { object: { key: encodeURIComponent(key) } } }] });
const OTHERS = announcement('of/somebody');

/** Returns the ports of an intake that works, with the changes of a test. */
function intake(changes: Partial<IntakePorts> = {}) {
  const calls: string[] = [];
  let now = 0;
  const note =
    (name: string) =>
    async (where: string, what: string): Promise<void> =>
      void calls.push(`${name} ${where} ${what}`);
  const ports: IntakePorts = {
    put: note('put'),
    remove: note('remove'),
    take: note('take'),
    giveBack: note('give back'),
    forget: note('forget'),
    receive: async () => {
      now += 2_000;
      return [
        { body: '{"Event":"s3:TestEvent"}', receipt: 'test' },
        { body: OTHERS, receipt: 'others' },
        { body: 'null', receipt: 'odd' },
        { body: announcement('checks/a b'), receipt: 'own' },
      ];
    },
    register: async () => 'TAKEN_IN',
    now: () => now,
    ...changes,
  };
  return { calls, look: () => followDocument(outputs, 'checks/a b', ports) };
}

test('a document that is stored, announced and registered has passed, and nothing of it is left', async () => {
  const { calls, look } = intake();
  expect(await look()).toMatchObject({
    status: 'passed',
    evidence: { announcedAfterMs: 2_000, registered: 'TAKEN_IN' },
  });
  expect(calls).toEqual([
    'put documents checks/a b',
    'take https://sqs/work test',
    'give back https://sqs/work others',
    'give back https://sqs/work odd',
    'take https://sqs/work own',
    'remove documents checks/a b',
    'forget register checks/a b',
  ]);
});

test('a document that is not announced is not there yet', async () => {
  let now = 0;
  const receive = async () => {
    now += 2_000;
    return [{ body: OTHERS, receipt: 'others' }];
  };
  expect(await intake({ receive, now: () => now }).look()).toMatchObject({
    status: 'not-ready',
    observed: 'not announced within 10 s',
  });
});

test('a register that forgets has failed', async () => {
  expect(await intake({ register: async () => undefined }).look()).toMatchObject({
    status: 'failed',
    observed: 'the register says nothing of it',
  });
});

test('what was begun is cleaned up when a call fails', async () => {
  const { calls, look } = intake({ receive: () => Promise.reject(new Error('denied')) });
  await expect(look()).rejects.toThrow('denied');
  expect(calls.slice(-2)).toEqual(['remove documents checks/a b', 'forget register checks/a b']);
});
