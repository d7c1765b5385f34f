import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';

const sts = new STSClient(clientConfig);

export async function callerAccount(): Promise<string> {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  if (!Account) throw new UnexpectedResponseError('STS does not say which account this is');
  return Account;
}
