import { afterEach, expect, test } from 'vitest';
import { shellQuote } from '../../builds/shell-quote.ts';
import { anImage } from '../support/build-variables.ts';
import { type Answers, AwsError } from './support/fake-aws.ts';
import { Script } from './support/script.ts';

const DIGESTS = { api: `sha256:${'1'.repeat(64)}`, worker: `sha256:${'2'.repeat(64)}` };
const REGISTRY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

/**
 * kaniko, podman and jib push a manifest in this form: without the media type, and with a line end that belongs to it.
 */
const OCI_MANIFEST = '{"schemaVersion":2,"config":{},"layers":[]}\n';
const OCI_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/**
 * The stand-in for ECR has tags from the moment of a push, or from the start with PUBLISHED. Stable tags are then at
 * OLD_STABLE. It refuses a manifest that differs from the one that it returned, or that lacks its media type.
 */
const answers: Answers = ({ call, input }, { PUBLISHED, OLD_STABLE, FAILURE = 'ImageNotFound', MANIFEST }) => {
  const uri = (repositoryName: string) => ({ repositoryName, repositoryUri: `${REGISTRY}/${repositoryName}` });
  const service = String(input.repositoryName).endsWith('-api') ? 'api' : 'worker';
  switch (call) {
    case 'ecr DescribeRepositories':
      return { repositories: [uri('order-platform-dev-v3-worker'), uri('order-platform-dev-v3-api')] };
    case 'ecr GetAuthorizationToken':
      return { authorizationData: [{ authorizationToken: Buffer.from('AWS:secret').toString('base64') }] };
    case 'ecr BatchGetImage': {
      const [{ imageTag }] = input.imageIds;
      const pushed = script.calls().some((one) => one.startsWith('docker push') && one.includes(`-${service}:`));
      if (!PUBLISHED && !pushed) return { images: [], failures: [{ failureCode: FAILURE }] };
      const imageDigest = imageTag.endsWith('-main') && OLD_STABLE ? OLD_STABLE : DIGESTS[service];
      const image = { imageId: { imageDigest }, imageManifest: MANIFEST, imageManifestMediaType: OCI_TYPE };
      return { images: [image], failures: [] };
    }
    case 'ecr PutImage':
      if (input.imageManifest !== MANIFEST || input.imageManifestMediaType !== OCI_TYPE)
        throw new AwsError('InvalidParameterException');
      return { image: {} };
  }
  throw new AwsError(`nothing answers ${call}`);
};

const FAKE_DOCKER = `
echo "docker $*" >> "$CALLS"
[[ $1 != login ]] || echo "password $(cat)" >> "$CALLS"
[[ $1 != push || -z \${PUSHED:-} ]] || echo "\${2##*:}: digest: $PUSHED size: 1234"
if [[ $1 == build && $* == *services/\${BROKEN:-none}/* ]]; then
  echo 'ERROR: failed to solve: process "npm ci" did not complete'
  exit 1
fi`;

let script: Script;
afterEach(() => script.remove());
const images = (variables: Record<string, string> = {}) => {
  script = new Script({ docker: FAKE_DOCKER }, answers);
  return script.run(['images'], { MANIFEST: OCI_MANIFEST, ...variables });
};
const PUBLISHED_IMAGES = JSON.stringify({
  api: `${REGISTRY}/order-platform-dev-v3-api@${DIGESTS.api}`,
  worker: `${REGISTRY}/order-platform-dev-v3-worker@${DIGESTS.worker}`,
});
const exported = [
  `API_IMAGE=${REGISTRY}/order-platform-dev-v3-api@${DIGESTS.api}`,
  `PUBLISHED_IMAGES=${shellQuote(PUBLISHED_IMAGES)}`,
  `WORKER_IMAGE=${REGISTRY}/order-platform-dev-v3-worker@${DIGESTS.worker}`,
];

test('both images are built, pushed under commit and stable tag, and exported by digest', async () => {
  const { status, calls, exports, output } = await images();
  expect(status, output).toBe(0);
  expect(exports.trim().split('\n').sort()).toEqual(exported);
  expect(calls).toEqual(
    expect.arrayContaining([
      `docker login --username AWS --password-stdin ${REGISTRY}`,
      'password secret',
      `docker push ${REGISTRY}/order-platform-dev-v3-api:0123456789abcdef`,
      `docker push ${REGISTRY}/order-platform-dev-v3-api:api-main`,
      `docker push ${REGISTRY}/order-platform-dev-v3-worker:0123456789abcdef`,
      `docker push ${REGISTRY}/order-platform-dev-v3-worker:worker-main`,
    ]),
  );
});

test('the digest is what the registry said when it took the image', async () => {
  const pushed = `sha256:${'3'.repeat(64)}`;
  const { status, calls, exports, output } = await images({ PUSHED: pushed });
  expect(status, output).toBe(0);
  expect(exports).toContain(`API_IMAGE=${REGISTRY}/order-platform-dev-v3-api@${pushed}`);
  // The build asks once for each image whether the commit is there already.
  expect(calls.filter((call) => call.includes('BatchGetImage'))).toHaveLength(2);
});

test('a commit that is published already is not built again', async () => {
  const { status, calls, exports, output } = await images({ PUBLISHED: '1' });
  expect(status, output).toBe(0);
  expect(exports.trim().split('\n').sort()).toEqual(exported);
  expect(calls.filter((call) => call.startsWith('docker build'))).toEqual([]);
});

test('the stable tags stay where they are, when that is asked for', async () => {
  const kept = { STABLE_TAGS: 'keep' };
  const built = await images(kept);
  expect(built.status, built.output).toBe(0);
  expect(built.calls.filter((call) => /docker push/.test(call))).toHaveLength(2);
  script.remove();
  const published = await images({ ...kept, PUBLISHED: '1' });
  for (const { calls } of [built, published]) {
    expect(calls.filter((call) => /push .*-main|PutImage/.test(call))).toEqual([]);
  }
});

test('stable tags move to what another tool has pushed, byte for byte and with its media type', async () => {
  const { status, calls, output } = await images({ PUBLISHED: '1', OLD_STABLE: `sha256:${'4'.repeat(64)}` });
  expect(status, output).toBe(0);
  expect(calls.filter((call) => call.includes('ecr PutImage'))).toHaveLength(2);
  for (const call of calls.filter((one) => one.includes('BatchGetImage'))) {
    expect(call).toContain('"acceptedMediaTypes":["application/vnd.oci.image.index.v1+json",');
  }
});

test('a commit that is not what the source was made from is taken as it was pushed, and never built', async () => {
  const foreign = { COMMIT: 'feedbeef' };
  const missing = await images(foreign);
  expect(missing.status).toBe(1);
  expect(missing.output).toContain(
    'ERROR: commit feedbeef has no image in order-platform-dev-v3-api, and what is here was made from 0123456789abcdef: push an image tagged feedbeef first, or deploy this project at that commit',
  );
  expect(missing.calls.filter((call) => /docker (build|push)/.test(call))).toEqual([]);
  script.remove();

  const pushed = await images({ ...foreign, PUBLISHED: '1' });
  expect(pushed.status, pushed.output).toBe(0);
  expect(pushed.exports.trim().split('\n').sort()).toEqual(exported);
});

test('a build that fails fails the script and names the service', async () => {
  const { status, output, exports } = await images({ BROKEN: 'worker' });
  expect(output).toContain('ERROR: not published: worker');
  expect(status).toBe(1);
  expect(exports).not.toContain('WORKER_IMAGE');
  const [, why = ''] = /^FAILURE=(.*)$/m.exec(exports) ?? [];
  expect(why.replaceAll('\\', '')).toMatch(
    /^not published: worker\. worker: .*ERROR: failed to solve: process "npm ci"/,
  );
});

test('a registry that does not say whether the image exists is an error', async () => {
  const { status, calls } = await images({ FAILURE: 'KmsError' });
  expect(status).toBe(1);
  expect(calls.filter((call) => call.startsWith('docker build'))).toEqual([]);
});

test('each image is built for its own platform, from its own context', async () => {
  const other = { context: 'apps/worker', dockerfile: 'apps/worker/Dockerfile.prod', platforms: ['linux/amd64'] };
  const IMAGES = JSON.stringify([anImage('api'), anImage('worker', other)]);
  const { status, calls, output } = await images({ IMAGES });
  expect(status, output).toBe(0);
  const built = calls.filter((call) => call.startsWith('docker build')).sort();
  expect(built).toEqual([
    expect.stringMatching(
      /^docker build --platform linux\/amd64 --file apps\/worker\/Dockerfile.prod .* apps\/worker$/,
    ),
    expect.stringMatching(/^docker build --platform linux\/arm64 --file services\/api\/Dockerfile .* services$/),
  ]);
});

test('as many images as the list has are published, each where the list says', async () => {
  const IMAGES = JSON.stringify([anImage('worker')]);
  const { status, calls, exports, output } = await images({ IMAGES });
  expect(status, output).toBe(0);
  expect(exports).not.toContain('API_IMAGE');
  expect(calls.filter((call) => call.startsWith('docker build'))).toHaveLength(1);
});

test('a pipeline without a claim pushes images under the commit’s tag, and changes nothing of the environment', async () => {
  const CLAIM = ['OWNERSHIP_FUNCTION', 'OWNER', 'FENCING', 'REDRIVE', 'CODEBUILD_BUILD_ID'];
  const none = Object.fromEntries(CLAIM.map((name) => [name, undefined]));
  script = new Script({ docker: FAKE_DOCKER }, answers);
  const given = { MANIFEST: OCI_MANIFEST, OLD_STABLE: `sha256:${'4'.repeat(64)}`, STABLE_TAGS: 'move', ...none };
  const pushed = await script.run(['push-images'], given);
  expect(pushed.status, pushed.output).toBe(0);
  const there = await script.run(['push-images'], { ...given, PUBLISHED: '1' });
  expect(there.status, there.output).toBe(0);
  expect(
    script
      .calls()
      .filter((call) => call.startsWith('docker push'))
      .sort(),
  ).toEqual([
    `docker push ${REGISTRY}/order-platform-dev-v3-api:0123456789abcdef`,
    `docker push ${REGISTRY}/order-platform-dev-v3-worker:0123456789abcdef`,
  ]);
  expect(script.calls().filter((call) => /^(ecr PutImage|ownership )/.test(call))).toEqual([]);
});
