import {
  GetSubscriptionAttributesCommand,
  NotFoundException,
  paginateListSubscriptionsByTopic,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { type Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { environmentName } from '../../lambdas/contracts/contracts.ts';
import { NOTIFICATIONS_TOPIC } from '../../lambdas/contracts/deployed-names.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { parse } from '../json.ts';
import { notDeployed, type OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';

interface NotifyOptions extends Common {
  email: string;
  stop?: boolean;
}

/**
 * A subscription has this filter. SNS supports one policy for each address, so the policy lists all environments of the
 * address.
 */
const filterPolicy = z.strictObject({ environment: z.array(z.string()).min(1) });

export function addNotify(program: Command, cli: Cli): void {
  command(program, 'notify <environment>', 'send the messages of one environment to an address too, reminders included')
    .requiredOption('--email <address>', 'who gets them, after confirming the mail that AWS sends first', emailAddress)
    .option('--stop', 'send them no longer')
    .action(async (environment: string, { email, stop = false, ...options }: NotifyOptions) => {
      const name = environmentName.safeParse(environment);
      if (!name.success) throw new CommandError(`environment "${environment}" ${name.error.issues[0]?.message}`);
      const account = await cli.open(options);
      const outcome = stop ? await remove(account, environment, email) : await add(account, environment, email);
      if (options.json) return sayJson(cli, { environment, email, ...outcome });
      return say(cli, outcome.text);
    });
}

interface Outcome {
  /** These are the environments of the address. */
  environments: readonly string[];
  text: string;
}

async function add(account: OperatorAccount, environment: string, email: string): Promise<Outcome> {
  const found = await find(account, email);
  const environments = [...new Set([...(found?.environments ?? []), environment])].sort();
  if (found) {
    await setPolicy(account, found.arn, environments);
    return { environments, text: `${email} gets the messages of ${environments.join(', ')}` };
  }
  await account.sns.send(
    new SubscribeCommand({
      TopicArn: account.topicArn,
      Protocol: 'email',
      Endpoint: email,
      Attributes: { FilterPolicy: policyOf(environments), FilterPolicyScope: 'MessageAttributes' },
    }),
  );
  return {
    environments,
    text: `${email} gets a mail from AWS, and the messages of ${environment} after confirming it`,
  };
}

async function remove(account: OperatorAccount, environment: string, email: string): Promise<Outcome> {
  const found = await find(account, email);
  if (!found?.environments.includes(environment))
    throw new CommandError(`${email} does not get the messages of "${environment}"`);
  const environments = found.environments.filter((one) => one !== environment);
  if (environments.length > 0) await setPolicy(account, found.arn, environments);
  else await account.sns.send(new UnsubscribeCommand({ SubscriptionArn: found.arn }));
  return { environments, text: `${email} does not get the messages of ${environment} any more` };
}

/** @throws {CommandError} for an address that gets every message, or that has not confirmed its subscription */
async function find(account: OperatorAccount, email: string) {
  const { sns, topicArn } = account;
  const arn = await subscriptionOf(account, email);
  if (arn === undefined) return undefined;
  if (arn === 'PendingConfirmation')
    throw new CommandError(`${email} has not confirmed the mail that AWS sent: confirm it first`);
  const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }));
  if (!Attributes?.FilterPolicy)
    throw new CommandError(`${email} gets the messages of every environment: it subscribes to ${topicArn} itself`);
  const policy = filterPolicy.safeParse(parse(Attributes.FilterPolicy));
  if (!policy.success)
    throw new CommandError(`${email} has a filter policy of its own: change it in the console of SNS (${arn})`);
  return { arn, environments: policy.data.environment };
}

async function subscriptionOf(account: OperatorAccount, email: string): Promise<string | undefined> {
  try {
    const pages = paginateListSubscriptionsByTopic({ client: account.sns }, { TopicArn: account.topicArn });
    for await (const { Subscriptions = [] } of pages) {
      const found = Subscriptions.find(({ Protocol, Endpoint }) => Protocol === 'email' && Endpoint === email);
      if (found) return found.SubscriptionArn;
    }
    return undefined;
  } catch (error) {
    throw error instanceof NotFoundException ? notDeployed(`topic ${NOTIFICATIONS_TOPIC}`, account) : error;
  }
}

async function setPolicy({ sns }: OperatorAccount, arn: string, environments: readonly string[]): Promise<void> {
  await sns.send(
    new SetSubscriptionAttributesCommand({
      SubscriptionArn: arn,
      AttributeName: 'FilterPolicy',
      AttributeValue: policyOf(environments),
    }),
  );
}

function policyOf(environment: readonly string[]): string {
  return JSON.stringify({ environment });
}

function emailAddress(value: string): string {
  if (z.email().safeParse(value).success) return value;
  throw new InvalidArgumentError('must be an e-mail address');
}
