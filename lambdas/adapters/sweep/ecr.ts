import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import type { Candidate, Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { absent, ask, fromState, pages, present, splitArn } from './support.ts';

const ecr = new ECRClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ owns }) {
    const all = pages(
      (nextToken) => ecr.send(new DescribeRepositoriesCommand({ maxResults: 1_000, nextToken })),
      (page) => page.nextToken,
    );
    for await (const page of all) {
      for (const { repositoryName: id = '' } of page.repositories ?? []) {
        if (owns(id)) yield { type: 'repository', id };
      }
    }
  },
  fromInventory: (item) =>
    item.type === 'aws_ecr_repository' ? fromState(item, { aws_ecr_repository: 'repository' }, fromArn) : undefined,
  fromArn,
  confirm: ({ id }) =>
    ask(async () => {
      const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [id] }));
      return repositories[0] ? present(undefined) : absent('not listed');
    }, 'RepositoryNotFoundException'),
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (!resource.startsWith('repository/')) return undefined;
  return { type: 'repository', id: resource.slice('repository/'.length), arn };
}
