import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { imageList } from '../../builds/image-list.ts';
import { Variables } from '../../builds/variables.ts';
import { archiveDigest, ConfigurationBundle } from '../../lib/builds/source-archive.ts';
import type { ImageConfig } from '../../lib/config/image-config.ts';

// The validation would report an empty stack.
process.env.CDK_VALIDATION = 'false';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bundle-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

function checkout(name: string): string {
  const root = join(scratch, name);
  for (const folder of [
    'infra/aws-v3/stack/tests',
    'infra/buildspecs',
    'services/api/src',
    'builds',
    'lambdas',
    'node_modules/x',
  ]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(root, 'infra/aws-v3/stack/main.tf'), 'locals {}');
  writeFileSync(join(root, 'infra/aws-v3/stack/tests/main.tftest.hcl'), 'run "x" {}');
  writeFileSync(join(root, 'infra/aws-v3/stack/.terraform.lock.hcl'), 'provider {}');
  writeFileSync(join(root, 'services/api/Dockerfile'), 'FROM scratch');
  writeFileSync(join(root, 'services/package-lock.json'), '{}');
  writeFileSync(join(root, 'services/.dockerignore'), '**/dist\n');
  writeFileSync(join(root, 'builds/main.ts'), "console.log('a build');");
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(root, 'lambdas/secret.ts'), '');
  writeFileSync(join(root, 'node_modules/x/index.js'), '');
  return root;
}

let assemblies = 0;
function anImage(name: string, context: string | undefined, dockerfile = `services/${name}/Dockerfile`): ImageConfig {
  const rest = { repository: { external: name }, variable: name, takes: 'uri' as const };
  return { name, dockerfile, ...(context ? { context } : {}), ...rest };
}

function bundleOf(
  projectRoot: string,
  folders: string[] = [],
  images: readonly ImageConfig[] = [anImage('api', 'services')],
) {
  assemblies += 1;
  const outdir = join(scratch, `out-${assemblies}`);
  const app = new App({ outdir });
  const bundle = new ConfigurationBundle(new Stack(app, 'S'), 'Bundle', { projectRoot, folders, images });
  app.synth();
  const folder = readdirSync(outdir).find((name) => name.startsWith('asset.'));
  return { bundle, folder: join(outdir, folder ?? '') };
}

test('holds the Terraform roots, the services with their lock file and the bundled program, and nothing else', () => {
  const { folder } = bundleOf(checkout('a'));
  expect(readdirSync(folder).sort()).toEqual(['builds', 'infra', 'services']);
  expect(readdirSync(join(folder, 'builds')).sort()).toEqual(['images.json', 'run.mjs', 'stack-variables.json']);
  expect(existsSync(join(folder, 'services/api/Dockerfile'))).toBe(true);
  expect(existsSync(join(folder, 'services/package-lock.json'))).toBe(true);
  expect(existsSync(join(folder, 'infra/aws-v3/stack/.terraform.lock.hcl'))).toBe(true);
});

test('holds the folders of another stack too, and of what is above them nothing else', () => {
  const root = checkout('a');
  for (const file of [
    'products/shop/terraform/main.tf',
    'products/shop/image/Dockerfile',
    'products/shop/secret',
    'products/x/y',
  ]) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  const { folder } = bundleOf(root, ['products/shop/terraform', 'products/shop/image', 'infra/aws-v3/stack']);
  expect(readdirSync(folder).sort()).toEqual(['builds', 'infra', 'products', 'services']);
  expect(readdirSync(join(folder, 'products'))).toEqual(['shop']);
  expect(readdirSync(join(folder, 'products/shop')).sort()).toEqual(['image', 'terraform']);
  expect(readdirSync(join(folder, 'infra')).sort()).toEqual(['aws-v3', 'buildspecs']);
});

describe('the context of an image', () => {
  const put = (root: string, files: Record<string, string>) => {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(join(root, file, '..'), { recursive: true });
      writeFileSync(join(root, file), content);
    }
    return root;
  };
  const app = (more: Record<string, string> = {}) =>
    put(checkout('a'), {
      'apps/web/Dockerfile': 'FROM scratch',
      'apps/web/dist/main.js': 'built',
      'apps/web/secret.env': 'x',
      'apps/web/node_modules/x/index.js': '',
      ...more,
    });
  const web = anImage('web', undefined, 'apps/web/Dockerfile');

  test('is the folder of its Dockerfile, wherever that is, with what was built there', () => {
    const { folder } = bundleOf(app(), [], [web]);
    expect(readdirSync(folder).sort()).toEqual(['apps', 'builds', 'infra']);
    expect(readdirSync(join(folder, 'apps/web')).sort()).toEqual(['Dockerfile', 'dist', 'secret.env']);
    expect(existsSync(join(folder, 'apps/web/dist/main.js'))).toBe(true);
  });

  test('has what its own .dockerignore lets in, and that file itself, which Docker reads again', () => {
    const { folder } = bundleOf(app({ 'apps/web/.dockerignore': '# not these\n*\n!dist\n' }), [], [web]);
    expect(readdirSync(join(folder, 'apps/web')).sort()).toEqual(['.dockerignore', 'Dockerfile', 'dist']);
  });

  test('has what the .dockerignore of its Dockerfile lets in, if there is one', () => {
    const files = { 'apps/web/.dockerignore': 'dist\n', 'apps/web/Dockerfile.dockerignore': 'secret.env\n' };
    const { folder } = bundleOf(app(files), [], [web]);
    expect(readdirSync(join(folder, 'apps/web')).sort()).toEqual([
      ...['.dockerignore', 'Dockerfile', 'Dockerfile.dockerignore', 'dist'],
    ]);
  });

  test('may be another folder than that of its Dockerfile', () => {
    const root = app({ 'build/web.Dockerfile': 'FROM scratch' });
    const { folder } = bundleOf(root, [], [anImage('web', 'apps/web', 'build/web.Dockerfile')]);
    expect(existsSync(join(folder, 'build/web.Dockerfile'))).toBe(true);
    expect(existsSync(join(folder, 'apps/web/dist/main.js'))).toBe(true);
  });

  test('and its Dockerfile are there, or nothing is deployed', () => {
    expect(() => bundleOf(checkout('a'), [], [web])).toThrow('stack: there is no folder apps/web');
    const root = put(checkout('b'), { 'apps/web/main.js': '' });
    expect(() => bundleOf(root, [], [web])).toThrow('stack.images: there is no file apps/web/Dockerfile');
  });

  test('is on record with the image, for the builds of the run', () => {
    const { folder } = bundleOf(app(), [], [web]);
    const list = readFileSync(join(folder, 'builds/images.json'), 'utf8');
    const account = { prefix: 'shop-dev', environment: 'dev' };
    expect(imageList(new Variables({ IMAGES: list }), account)).toMatchObject([
      { name: 'web', dockerfile: 'apps/web/Dockerfile', context: 'apps/web', platforms: ['linux/arm64'] },
    ]);
  });
});

test('gives the providers of a root the tags of the runbook, in the copy alone', () => {
  const root = checkout('a');
  const stack = 'infra/aws-v3/stack';
  const app = (tagged: string[]) => {
    assemblies += 1;
    const outdir = join(scratch, `out-${assemblies}`);
    const made = new App({ outdir });
    new ConfigurationBundle(new Stack(made, 'S'), 'Bundle', { projectRoot: root, folders: [stack], tagged });
    made.synth();
    return join(outdir, readdirSync(outdir).find((name) => name.startsWith('asset.')) ?? '', stack);
  };
  const added = ['runbook.tf.json', 'runbook_tags_override.tf.json'];
  expect(readdirSync(app([stack]))).toEqual(expect.arrayContaining(added));
  for (const folder of [app([]), join(root, stack)]) expect(readdirSync(folder)).not.toContain(added[0]);
  writeFileSync(join(root, stack, 'runbook.tf.json'), '{}');
  expect(() => app([stack])).toThrow(
    /^runbook\.config\.ts: stack\.tags: .* has a file runbook\.tf\.json, which is the runbook's/,
  );
});

test('is made in the assembly alone, which a killed synthesis leaves to its owner', () => {
  vi.stubEnv('TMPDIR', join(scratch, 'nowhere'));
  const { folder } = bundleOf(checkout('a'));
  vi.unstubAllEnvs();
  expect(readdirSync(folder)).toContain('services');
  expect(readdirSync(join(folder, '..')).filter((name) => name.startsWith('source-'))).toEqual([]);
});

test('a folder that is not there is named', () => {
  expect(() => bundleOf(checkout('a'), ['infra/aws-v4'])).toThrow('there is no folder infra/aws-v4');
});

test('has the same hash wherever it is made, whatever work left beside it', () => {
  const first = checkout('a');
  const second = join(scratch, 'elsewhere');
  cpSync(first, second, { recursive: true });
  for (const litter of [
    'infra/aws-v3/stack/.terraform/providers',
    'services/api/node_modules/y',
    'services/api/dist',
  ]) {
    mkdirSync(join(second, litter), { recursive: true });
    writeFileSync(join(second, litter, 'file'), 'litter');
  }
  writeFileSync(join(second, 'infra/aws-v3/stack/terraform.tfstate'), '{}');
  writeFileSync(join(second, 'lambdas/another.ts'), '');
  // Another version of a development tool does not change the deployment.
  writeFileSync(join(second, 'package-lock.json'), '{"lockfileVersion":3}');
  const [one, two] = [bundleOf(first).bundle, bundleOf(second).bundle];
  expect(two.commit).toBe(one.commit);
  expect(one.commit).toMatch(/^[0-9a-f]{40}$/);
  expect(one.key).toContain(one.commit);
});

test('has another hash when a Terraform file, a service or the program changes', () => {
  const root = checkout('a');
  const before = bundleOf(root).bundle.commit;
  writeFileSync(join(root, 'services/api/Dockerfile'), 'FROM busybox');
  const between = bundleOf(root).bundle.commit;
  writeFileSync(join(root, 'infra/aws-v3/stack/main.tf'), 'locals { a = 1 }');
  const after = bundleOf(root).bundle.commit;
  writeFileSync(join(root, 'builds/main.ts'), "console.log('another build');");
  const last = bundleOf(root).bundle.commit;
  expect(new Set([before, between, after, last]).size).toBe(4);
});

describe('what the archive’s digest is made of', () => {
  const VERIFY = join(import.meta.dirname, '../../infra/buildspecs/verify.sh');
  const folderWith = (name: string | Buffer) => {
    const folder = join(scratch, 'files');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.tf'), 'locals {}');
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]), 'b');
    return folder;
  };

  test.each(['b', 'a b', 'é', "it's", 'a"b', '-n', '$x', '*', 'tab\there'])('a build agrees on the name %j', (name) => {
    const folder = folderWith(name);
    const env = { ...process.env, BUNDLE_SHA256: archiveDigest(folder) };
    expect(() => execFileSync('bash', ['-e', VERIFY], { cwd: folder, env })).not.toThrow();
  });

  // sha256sum writes these names in another form, which differs between its versions. No archive keeps names that are
  // not UTF-8.
  test.each([
    ['a backslash', 'a\\b'],
    ['a line feed', 'a\nb'],
    ['a carriage return', 'a\rb'],
    ['no UTF-8', Buffer.from([0x61, 0xff])],
  ])('a name with %s is refused before anything is deployed', (_, name) => {
    expect(() => archiveDigest(folderWith(name))).toThrow(
      /^the file "a.*" cannot be part of a build's source: rename it/,
    );
  });

  test('a link, which an archive has as a file, is refused too', () => {
    const folder = folderWith('b');
    symlinkSync('b', join(folder, 'link'));
    expect(() => archiveDigest(folder)).toThrow(
      /^"link" cannot be part of a build's source: it is neither a file nor a folder/,
    );
  });
});
