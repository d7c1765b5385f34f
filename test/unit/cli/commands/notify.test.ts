import { NotFoundException } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { anAccount, runCli } from '../support/cli.ts';

const ANN = 'ann@example.org';
const arn = 'arn:aws:sns:eu-west-1:123456789012:runbook-notifications:1';

interface Around {
  /** The address has this subscription, or none when it is undefined. */
  subscription?: { arn?: string; policy?: string };
  args?: readonly string[];
  topic?: false;
}

async function notify({ subscription, args = [], topic }: Around = {}) {
  const calls: [string, unknown][] = [];
  const called = (name: string) => (input: unknown) => {
    calls.push([name, input]);
    return {};
  };
  const own = { Protocol: 'email', Endpoint: ANN, SubscriptionArn: subscription?.arn ?? arn };
  const account = anAccount({
    ListSubscriptionsByTopic: () => {
      if (topic === false) throw new NotFoundException({ message: 'none', $metadata: {} });
      const other = { Protocol: 'email', Endpoint: 'bob@example.org', SubscriptionArn: 'arn:2' };
      return { Subscriptions: [other, ...(subscription ? [own] : [])] };
    },
    GetSubscriptionAttributes: () => ({
      Attributes: subscription?.policy ? { FilterPolicy: subscription.policy } : {},
    }),
    Subscribe: called('Subscribe'),
    SetSubscriptionAttributes: called('SetSubscriptionAttributes'),
    Unsubscribe: called('Unsubscribe'),
  });
  return { ...(await runCli(['notify', 'dev', '--email', ANN, ...args], { account })), calls };
}

const policy = (...environment: string[]) => JSON.stringify({ environment });

describe('the messages of one environment', () => {
  test('go to a new address, once it has confirmed that it wants them', async () => {
    const { code, out, calls } = await notify();
    expect(code).toBe(0);
    expect(calls).toEqual([
      [
        'Subscribe',
        expect.objectContaining({
          ...{ Protocol: 'email', Endpoint: ANN },
          Attributes: { FilterPolicy: policy('dev'), FilterPolicyScope: 'MessageAttributes' },
        }),
      ],
    ]);
    expect(out).toContain('after confirming it');
  });

  test.each([
    [[], policy('test'), ['SetSubscriptionAttributes', policy('dev', 'test')]],
    [['--stop'], policy('dev', 'test'), ['SetSubscriptionAttributes', policy('test')]],
    [['--stop'], policy('dev'), ['Unsubscribe', undefined]],
  ])('%j to one that had %s', async (args, before, [name, value]) => {
    const { calls } = await notify({ args, subscription: { policy: before } });
    expect(calls.map(([called, input]) => [called, (input as { AttributeValue?: string }).AttributeValue])).toEqual([
      [name, value],
    ]);
  });

  test.each<[Around, string]>([
    [{ subscription: {} }, 'gets the messages of every environment'],
    [{ subscription: { arn: 'PendingConfirmation' } }, 'has not confirmed'],
    [{ subscription: { policy: '{"kind":["reminder"]}' } }, 'a filter policy of its own'],
    [{ subscription: { policy: policy('test') }, args: ['--stop'] }, 'does not get the messages of "dev"'],
    [{ args: ['--stop'] }, 'does not get the messages of "dev"'],
    [{ topic: false }, 'there is no topic runbook-notifications'],
  ])('%j changes nothing', async (around, message) => {
    const { code, err, calls } = await notify(around);
    expect([code, calls]).toEqual([2, []]);
    expect(err).toContain(message);
  });

  test('need an address, and an environment', async () => {
    expect((await runCli(['notify', 'dev', '--email', 'ann'])).err).toContain('must be an e-mail address');
    expect((await runCli(['notify', 'Dev!', '--email', ANN])).err).toContain('must be 2 to 21 characters');
  });
});
