import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { clientConfig } from './config.ts';

const ssm = new SSMClient(clientConfig);
const secrets = new SecretsManagerClient(clientConfig);

/** Returns the decrypted value. @param Name the name of a parameter, or its ARN */
export async function parameterValue(Name: string): Promise<string> {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
  if (Parameter?.Value === undefined) throw new Error('it has no value');
  return Parameter.Value;
}

/** Returns the present version. @param SecretId the name of a secret, or its ARN */
export async function secretValue(SecretId: string): Promise<string> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  if (SecretString === undefined) throw new Error('it has no text');
  return SecretString;
}
