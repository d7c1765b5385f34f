import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { describedIn, textOf } from '../responses.ts';
import { ask, fromState, present, splitArn } from './support.ts';

const ecr = new ECRClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ owns }) {
    const all = eachItem(
      (nextToken) => ecr.send(new DescribeRepositoriesCommand({ maxResults: 1_000, nextToken })),
      (page) => page.repositories,
      (page) => page.nextToken,
    );
    for await (const { repositoryName } of all) {
      const id = textOf(repositoryName, 'the name of a repository');
      if (owns(id)) yield { type: 'repository', id };
    }
  },
  fromInventory: (item) =>
    item.type === 'aws_ecr_repository' ? fromState(item, { aws_ecr_repository: 'repository' }, fromArn) : undefined,
  fromArn,
  confirm: ({ id }) =>
    ask(async () => {
      const response = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [id] }));
      const found = describedIn(response.repositories, (one) => one.repositoryName === id, response);
      return present(found.repositoryArn, found.createdAt);
    }, 'RepositoryNotFoundException'),
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (!resource.startsWith('repository/')) return undefined;
  return { type: 'repository', id: resource.slice('repository/'.length), arn };
}
