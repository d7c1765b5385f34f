import { describe, expect, test } from 'vitest';
import { emptyBucket, type ObjectVersion, type VersionsPort } from '../../../../lambdas/removal/empty-bucket.ts';
import { SafetyError } from '../../../../lambdas/runtime/errors.ts';
import { aRequest } from '../support/fixtures.ts';

const own = { environment: 'dev', project: 'order-platform' };
const page = (size: number, name: string): ObjectVersion[] =>
  Array.from({ length: size }, (_, index) => ({ key: name, versionId: `${index}` }));

function setUp(
  pages: ObjectVersion[][],
  tags: Record<string, string> | undefined = own,
  keys: string[] = [],
  mine = Number.POSITIVE_INFINITY,
) {
  const deleted: ObjectVersion[] = [];
  const left = [...pages];
  const port: VersionsPort = {
    bucketTags: async () => tags,
    liveKeys: async () => keys,
    confirm: async () => {
      if (deleted.length >= mine) throw new SafetyError('taken over');
    },
    firstVersions: async () => left[0] ?? [],
    deleteVersions: async (_bucket, versions) => {
      deleted.push(...versions);
      left.shift();
    },
  };
  return { deleted, port };
}

describe('emptying the state bucket', () => {
  test('removes everything, page after page', async () => {
    const { deleted, port } = setUp([page(1_000, 'a'), page(3, 'b')]);
    expect(await emptyBucket(aRequest(), 'order-platform', () => 900_000, port)).toEqual({ deleted: 1_003 });
    expect(deleted).toHaveLength(1_003);
  });

  test('has nothing to do when there is no bucket', async () => {
    const { port } = setUp([page(1, 'a')]);
    const gone = { ...port, bucketTags: async () => undefined };
    expect(await emptyBucket(aRequest(), 'order-platform', () => 900_000, gone)).toEqual({ deleted: 0 });
  });

  test.each([
    ['has no tags', {}],
    ['is of another environment', { ...own, environment: 'dev2' }],
    ['is of another project', { ...own, project: 'shop' }],
  ])('refuses a bucket that %s', async (_name, tags) => {
    const { deleted, port } = setUp([page(1, 'a')], tags);
    await expect(emptyBucket(aRequest(), 'order-platform', () => 900_000, port)).rejects.toMatchObject({
      name: 'SafetyError',
    });
    expect(deleted).toEqual([]);
  });

  test('has nothing to do in a bucket that a killed bootstrap had no time to tag', async () => {
    const { port } = setUp([], {});
    expect(await emptyBucket(aRequest(), 'order-platform', () => 900_000, port)).toEqual({ deleted: 0 });
  });

  const { stateKey } = aRequest().names;
  // The root's backend determines the key of its state. Every other object in the bucket comes from somebody else.
  test.each([
    'env:/other/stack/terraform.tfstate',
    'network',
    'live/vpc',
    '.pulumi/stacks/shop.json',
    'exports/orders.csv',
    `${stateKey}-network`,
    `${stateKey}.d/other`,
  ])('refuses a bucket that also holds %s, and names it', async (key) => {
    const { deleted, port } = setUp([page(1, 'a')], own, [stateKey, key]);
    await expect(emptyBucket(aRequest(), 'order-platform', () => 900_000, port)).rejects.toMatchObject({
      name: 'SafetyError',
      message: expect.stringContaining(key),
    });
    expect(deleted).toEqual([]);
  });

  test('minds neither its own state, nor its lock, nor a copy of it', async () => {
    const { port } = setUp([page(1, 'a')], own, [stateKey, `${stateKey}.tflock`, `${stateKey}.backup`]);
    expect(await emptyBucket(aRequest(), 'order-platform', () => 900_000, port)).toEqual({ deleted: 1 });
  });

  test('stops before the page that has an object which somebody put there meanwhile, and names it', async () => {
    const { deleted, port } = setUp([page(2, stateKey), page(2, 'exports/orders.csv')]);
    const listed: string[] = [];
    const meanwhile: VersionsPort = {
      ...port,
      firstVersions: async (bucket) => {
        const found = await port.firstVersions(bucket);
        listed.push(...found.map(({ key }) => key));
        return found;
      },
      liveKeys: async () => listed.filter((key) => key !== stateKey),
    };
    await expect(emptyBucket(aRequest(), 'order-platform', () => 900_000, meanwhile)).rejects.toMatchObject({
      name: 'SafetyError',
      message: expect.stringContaining('exports/orders.csv'),
    });
    expect(deleted).toEqual(page(2, stateKey));
  });

  test('asks before each page whether the environment is still its own', async () => {
    const { deleted, port } = setUp([page(2, 'a'), page(2, 'b')], own, [], 2);
    await expect(emptyBucket(aRequest(), 'order-platform', () => 900_000, port)).rejects.toThrow('taken over');
    expect(deleted).toHaveLength(2);
  });

  test('asks to be called again before its time is over', async () => {
    const { deleted, port } = setUp([page(2, 'a'), page(2, 'b')]);
    let left = 50_000;
    const remaining = () => {
      left -= 15_000;
      return left;
    };
    await expect(emptyBucket(aRequest(), 'order-platform', remaining, port)).rejects.toMatchObject({
      name: 'NotReadyError',
      message: expect.stringMatching(/^2 versions/),
    });
    expect(deleted).toHaveLength(2);
  });
});
