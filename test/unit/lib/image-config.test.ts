import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config/config.ts';
import { builtImages, declaredImages, repositoryGlob, repositoryGlobs } from '../../../lib/config/image-config.ts';
import { wantedOutputs } from '../../../lib/config/stack-config.ts';
import config from '../../../runbook.config.ts';

const web = {
  name: 'web',
  dockerfile: 'apps/web/Dockerfile',
  repository: { address: 'aws_ecr_repository.web' },
  variable: 'web_image',
  service: 'web_service',
};
const parsed = (images: object[], stack: object = { checks: ['backend'] }) =>
  parseConfig({ ...config, stack: { ...config.stack, ...stack, images } }).stack;

describe('images of a configuration', () => {
  test('may be none, one or many', () => {
    expect(parsed([]).images).toEqual([]);
    expect(parsed([web]).images).toMatchObject([{ name: 'web', takes: 'uri' }]);
    const many = Array.from({ length: 10 }, (_, at) => ({ ...web, name: `web-${at}`, variable: `v${at}` }));
    expect(parsed(many).images).toHaveLength(10);
    expect(() => parsed([...many, web])).toThrow('stack.images');
  });

  test.each<[string, object[], string]>([
    ['of one name', [web, { ...web, variable: 'other' }], 'names the name "web" twice'],
    ['of one variable', [web, { ...web, name: 'other' }], 'names the variable "web_image" twice'],
    [
      'of one repository, where a commit is one tag',
      [web, { ...web, name: 'b', variable: 'b', repository: { external: '{prefix}-web' } }],
      'has two images for the repository "{prefix}-web"',
    ],
    ['from the whole checkout', [{ ...web, dockerfile: 'Dockerfile' }], 'has the image "web" with the whole checkout'],
    ['from outside', [{ ...web, context: '../x' }], 'must be a path in this checkout'],
    [
      'of an address that is another resource',
      [{ ...web, repository: { address: 'aws_ecs_service.x' } }],
      'repository',
    ],
    ['with an option for Terraform', [{ ...web, repository: { address: 'x -destroy' } }], 'repository'],
    ['of a repository in another registry', [{ ...web, repository: { external: 'ghcr.io:443/x' } }], 'repository'],
    ['of two platforms', [{ ...web, platforms: ['linux/arm64', 'linux/amd64'] }], 'must be one platform'],
  ])('%s are refused', (_, images, message) => {
    expect(() => parsed(images)).toThrow(message);
  });

  test.each([
    'aws_ecr_repository.this',
    'aws_ecr_repository.this[0]',
    'aws_ecr_repository.this["web-app"]',
    'module.registry.aws_ecr_repository.this["a/b"]',
    'module.a["x"].module.b[1].aws_ecr_repository.c',
  ])('the address %s is one', (address) => {
    expect(parsed([{ ...web, repository: { address } }]).images).toMatchObject([{ repository: { address } }]);
  });

  test('checks of services need an image that says which service runs it', () => {
    const { service: _, ...job } = web;
    expect(() => parsed([job], { checks: ['ecs-services'] })).toThrow(
      'stack.checks: has "ecs-services", and no image of stack.images names the output of a "service"',
    );
    const address = { name: 'application_url', from: 'application_url', by: [] };
    expect(wantedOutputs(parsed([web], { checks: ['ecs-services'], outputs: [] }))).toEqual([
      { name: 'ecs_cluster_name', from: 'ecs_cluster_name', by: ['ecs-services', 'deploy'] },
      { name: 'web_service', from: 'web_service', by: ['ecs-services', 'deploy'] },
      address,
    ]);
    expect(wantedOutputs(parsed([job], { checks: ['backend'], outputs: [] }))).toEqual([address]);
  });

  test('are given to builds with what they are built for, and to functions with where they are', () => {
    const jobs = { ...web, name: 'jobs', variable: 'j', repository: { external: 'team/jobs' }, service: undefined };
    const { images } = parsed([web, { ...jobs, platforms: ['linux/amd64'], takes: 'digest', context: 'apps' }]);
    expect(builtImages(images, 'ARM64')).toEqual([
      {
        ...{ name: 'web', dockerfile: 'apps/web/Dockerfile', context: 'apps/web', repository: '{prefix}-web' },
        ...{ address: 'aws_ecr_repository.web', variable: 'web_image', takes: 'uri', platforms: ['linux/arm64'] },
      },
      {
        ...{ name: 'jobs', dockerfile: 'apps/web/Dockerfile', context: 'apps', repository: 'team/jobs' },
        ...{ variable: 'j', takes: 'digest', platforms: ['linux/amd64'] },
      },
    ]);
    expect(declaredImages(images)).toEqual([
      { name: 'web', repository: '{prefix}-web', service: 'web_service' },
      { name: 'jobs', repository: 'team/jobs' },
    ]);
  });

  test('are pushed to their own repositories alone', () => {
    const own = { ...web, repository: { address: 'aws_ecr_repository.web', name: '{environment}/web' } };
    const { images } = parsed([own, { ...web, name: 'jobs', variable: 'j', repository: { external: 'team/jobs' } }]);
    const pattern = 'shop-{environment}-v3';
    expect(images.map((one) => repositoryGlob(one, pattern))).toEqual(['*/web', 'team/jobs']);
    expect(images.map((one) => repositoryGlob(one, pattern, 'dev'))).toEqual(['dev/web', 'team/jobs']);
    expect(repositoryGlobs(images, pattern)).toEqual(['shop-*-v3-*', '*/web', 'team/jobs']);
    expect(repositoryGlobs(parsed([web]).images, pattern)).toEqual(['shop-*-v3-*']);
  });
});
