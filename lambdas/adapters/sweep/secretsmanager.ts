import { DescribeSecretCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Candidate, Sweeper, SweepScope } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { absent, ask, pages, present, splitArn } from './support.ts';

const secrets = new SecretsManagerClient(patientConfig);

/** Tag that RDS puts on the secret of a database's master user; its name shows nothing of the database's. */
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
      return DeletedDate ? absent(`deletion is pending since ${DeletedDate.toISOString()}`) : present(Name);
    }, 'ResourceNotFoundException'),
};

async function* named({ request, owns }: SweepScope): AsyncGenerator<Candidate> {
  for await (const secret of listed({ Key: 'name', Values: [request.names.prefix] })) {
    if (owns(secret.Name ?? '') && secret.ARN) yield fromArn(secret.ARN);
  }
}

async function* ofDatabases({ request, owns }: SweepScope): AsyncGenerator<Candidate> {
  const { accountId, region, names } = request;
  const databases = `arn:aws:rds:${region}:${accountId}:db:${names.prefix}`;
  for await (const secret of listed(
    { Key: 'tag-key', Values: [DATABASE_TAG] },
    { Key: 'tag-value', Values: [databases] },
  )) {
    const database = secret.Tags?.find((tag) => tag.Key === DATABASE_TAG)?.Value ?? '';
    if (owns(database.slice(database.lastIndexOf(':') + 1)) && secret.ARN) yield fromArn(secret.ARN);
  }
}

async function* listed(...Filters: { Key: 'name' | 'tag-key' | 'tag-value'; Values: string[] }[]) {
  const all = pages(
    (NextToken) => secrets.send(new ListSecretsCommand({ Filters, MaxResults: 100, NextToken })),
    (page) => page.NextToken,
  );
  for await (const page of all) yield* page.SecretList ?? [];
}

function fromArn(arn: string): Candidate {
  return { type: 'secret', id: splitArn(arn).resource.replace(/^secret:/, ''), arn };
}
