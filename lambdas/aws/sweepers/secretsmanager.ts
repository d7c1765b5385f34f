import { DescribeSecretCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Candidate, Sweeper, SweepScope } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { tagsOf, textOf } from '../responses.ts';
import { absent, ask, partitionOf, present, splitArn } from './support.ts';

const secrets = new SecretsManagerClient(patientConfig);

/**
 * RDS puts this tag on the secret of a database's master user. The name of the secret does not contain the name of the
 * database.
 */
const DATABASE_TAG = 'aws:rds:primaryDBInstanceArn';

export const sweeper: Sweeper = {
  async *list(scope) {
    yield* named(scope);
    yield* ofDatabases(scope);
  },
  fromInventory: ({ type, arn }) => (type === 'aws_secretsmanager_secret' && arn ? fromArn(arn) : undefined),
  fromArn,
  confirm: ({ id, arn }) =>
    ask(async () => {
      const { DeletedDate, Name } = await secrets.send(new DescribeSecretCommand({ SecretId: arn ?? id }));
      return DeletedDate
        ? absent(`deletion is pending since ${DeletedDate.toISOString()}`)
        : present(textOf(Name, `the name of secret ${id}`));
    }, 'ResourceNotFoundException'),
};

async function* named({ request, owns }: SweepScope): AsyncGenerator<Candidate> {
  for await (const secret of listed({ Key: 'name', Values: [request.names.prefix] })) {
    const arn = textOf(secret.ARN, 'the ARN of a secret');
    if (owns(textOf(secret.Name, `the name of ${arn}`))) yield fromArn(arn);
  }
}

async function* ofDatabases({ request, owns }: SweepScope): AsyncGenerator<Candidate> {
  const { accountId, region, names } = request;
  const databases = `arn:${partitionOf(request)}:rds:${region}:${accountId}:db:${names.prefix}`;
  for await (const secret of listed(
    { Key: 'tag-key', Values: [DATABASE_TAG] },
    { Key: 'tag-value', Values: [databases] },
  )) {
    const arn = textOf(secret.ARN, 'the ARN of a secret');
    const database = (tagsOf(secret.Tags, secret)[DATABASE_TAG] ?? '').split(':').at(-1) ?? '';
    if (owns(database)) yield { ...fromArn(arn), names: [database] };
  }
}

function listed(...Filters: { Key: 'name' | 'tag-key' | 'tag-value'; Values: string[] }[]) {
  return eachItem(
    (NextToken) => secrets.send(new ListSecretsCommand({ Filters, MaxResults: 100, NextToken })),
    (page) => page.SecretList,
    (page) => page.NextToken,
  );
}

function fromArn(arn: string): Candidate {
  return { type: 'secret', id: splitArn(arn).resource.replace(/^secret:/, ''), arn };
}
