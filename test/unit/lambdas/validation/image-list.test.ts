import { describe, expect, test, vi } from 'vitest';
import { imagesOfEnvironment } from '../../../../lambdas/contracts/images.ts';
import { moveTagsEvent } from '../../../../lambdas/contracts/payloads/images.ts';
import { moveTags } from '../../../../lambdas/environment/move-tags.ts';
import { liveImages } from '../../../../lambdas/environment/published-images.ts';
import { observeImages } from '../../../../lambdas/validation/observe-images.ts';
import { observeRollout } from '../../../../lambdas/validation/observe-rollout.ts';
import { observeServices } from '../../../../lambdas/validation/observe-services.ts';
import { ACCOUNT, aRecord, aRequest, aService, fakeClock, outputs, PREFIX } from '../support/fixtures.ts';

/** Two services run three images: one of them runs two. No service runs the fourth image. */
const images = imagesOfEnvironment(
  [
    { name: 'web', repository: '{prefix}-web', service: 'web_service' },
    { name: 'proxy', repository: 'team/proxy', service: 'web_service' },
    { name: 'mail', repository: '{prefix}-mail', service: 'mail_service' },
    { name: 'job', repository: '{prefix}-job' },
  ],
  { prefix: PREFIX, environment: 'dev' },
);
const named = { ...outputs, web_service: 'web-svc', mail_service: 'mail-svc' };
const REGISTRY = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
const digest = 'sha256:1';
const uris = Object.fromEntries(images.map(({ name, repository }) => [name, `${REGISTRY}/${repository}@${digest}`]));
const request = aRequest({ machine: 'validate', images, record: aRecord({ outputs: named }) });
const describeServices = vi.fn(async (_: string, names: readonly string[]) => names.map((name) => aService(name)));
const found = async () => ({ kind: 'found' as const, digest });

describe('a stack with as many images as it likes', () => {
  test('is looked at by its services, each once', async () => {
    describeServices.mockClear();
    await observeServices(named, request, { describeServices }, fakeClock());
    expect(describeServices).toHaveBeenCalledWith(outputs.ecs_cluster_name, ['web-svc', 'mail-svc']);
  });

  test.each([
    ['without services', images.filter(({ service }) => !service), named, 'no image of stack.images names'],
    ['whose output is gone', images, outputs, 'there is no Terraform output web_service'],
  ])('%s passes no check of services', async (_, list, given, message) => {
    const asked = aRequest({ machine: 'validate', images: list });
    const ecr = { taggedImage: found, platformDigests: async () => [] };
    const tasks = { describeServices, serviceTasks: async () => [], essentialContainers: async () => [] };
    await expect(observeServices(given, asked, { describeServices }, fakeClock())).rejects.toThrow(message);
    await expect(observeImages(given, asked, ecr, tasks)).rejects.toThrow(message);
  });

  test('runs each image in the service that the list names', async () => {
    const runs = (lacking?: string) => ({
      describeServices,
      serviceTasks: async (_: string, service: string) => {
        const own = images.filter((one) => named[one.service as 'web_service'] === service && one.name !== lacking);
        const containers = own.map(({ name }) => ({
          name,
          image: uris[name],
          imageDigest: digest,
          lastStatus: 'RUNNING',
        }));
        return [{ taskArn: service, taskDefinitionArn: 'd', lastStatus: 'RUNNING', containers }];
      },
      essentialContainers: async () => images.map(({ name }) => name),
    });
    const ecr = { taggedImage: vi.fn(found), platformDigests: async () => [] };
    expect(await observeImages(named, request, ecr, runs())).toMatchObject({ status: 'passed' });
    expect(ecr.taggedImage.mock.calls).toContainEqual(['team/proxy', `${PREFIX}-proxy-main`]);
    expect(ecr.taggedImage.mock.calls).not.toContainEqual([`${PREFIX}-job`, expect.anything()]);
    expect((await observeImages(named, request, ecr, runs('mail'))).status).not.toBe('passed');
    expect((await observeImages(named, request, ecr, runs('proxy'))).status).not.toBe('passed');
  });

  test('is rolled out when a service runs all of its images', async () => {
    const event = { request, images: uris, since: '2026-01-31T12:00:00Z' };
    const running = (web: string[]) => ({
      describeServices: async (cluster: string, names: readonly string[]) =>
        (await describeServices(cluster, names)).map((one) => ({
          ...one,
          deployments: one.deployments.map((each) => ({ ...each, taskDefinition: one.name })),
        })),
      imagesOf: async (arn: string) => (arn === 'web-svc' ? web : [uris.mail ?? '']),
    });
    const both = [uris.web ?? '', uris.proxy ?? ''];
    expect(await observeRollout(event, running(both))).toMatchObject({ verdict: 'COMPLETED' });
    await expect(observeRollout(event, running([uris.web ?? '', 'old']))).rejects.toMatchObject({
      name: 'NotReadyError',
    });
  });

  test('has its stable tags moved, each in its repository, that of a shared one with the prefix', async () => {
    const tagImage = vi.fn(async () => true);
    const ports = { imageManifest: async () => ({ manifest: '{}' }), tagImage, confirm: async () => {} };
    const event = moveTagsEvent.parse({ request, fencing: 1, redrive: 0, images: uris });
    await moveTags(event, ports);
    expect(tagImage.mock.calls.map((call) => (call as unknown[]).slice(0, 2))).toEqual([
      [`${PREFIX}-web`, 'web-main'],
      ['team/proxy', `${PREFIX}-proxy-main`],
      [`${PREFIX}-mail`, 'mail-main'],
      [`${PREFIX}-job`, 'job-main'],
    ]);
    const foreign = moveTagsEvent.parse({ request, fencing: 1, redrive: 0, images: { other: 'r@sha256:1' } });
    await expect(moveTags(foreign, ports)).rejects.toThrow('the stack has no image "other"');
  });

  test('can be put back to what was live, image by image', async () => {
    expect(await liveImages(images, 'abcdef1', request, { taggedImage: found })).toEqual(uris);
    const gone = async (repository: string) => (repository === 'team/proxy' ? { kind: 'no-image' as const } : found());
    await expect(liveImages(images, 'abcdef1', request, { taggedImage: gone })).rejects.toThrow(
      'commit abcdef1 has no image: repository team/proxy has no such tag',
    );
  });
});
