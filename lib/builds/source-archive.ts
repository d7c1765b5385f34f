import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FileSystem, IgnoreMode } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { declaredVariables } from '../../builds/declared-variables.ts';
import { assemblyOf } from '../assembly.ts';
import { builtImages, contextOf, type ImageConfig } from '../config/image-config.ts';
import type { StackConfig } from '../config/stack-config.ts';
import { undeclaredIn } from '../config/stack-variables.ts';
import { bundleBuilds } from '../functions/bundles.ts';
import { localModules } from './local-modules.ts';

/**
 * The file contains the variables of the Terraform root that the configuration sets. A build of a run uses the file of
 * that run. See builds/terraform/stack-variables.ts.
 */
const VARIABLES = 'builds/stack-variables.json';
/**
 * A build needs these folders of the checkout, in addition to the stack's root and the contexts of its images. The
 * builds' program is bundled.
 */
const CONTENTS = ['infra'];
/** Builds never include these files of a checkout, whatever a `.dockerignore` says. */
const NEVER = ['**/node_modules', '**/.git', '**/.DS_Store', '**/.terraform', '**/*.tfstate'];
/** Work in the checkout leaves these files. They would change the hash without changing a build. */
export const LITTER = ['.terraform', '*.tfstate', '*.tfstate.*', '*.tfplan', 'node_modules', 'dist', '.DS_Store'];

export interface ConfigurationBundleProps {
  projectRoot: string;
  folders?: readonly string[];
  /** These folders are roots whose providers get the runbook's tags. */
  tagged?: readonly string[];
  images?: readonly ImageConfig[];
  architecture?: 'ARM64' | 'X86_64';
  /** The archive includes the variables of this stack. */
  stack?: Pick<StackConfig, 'root' | 'variableNames' | 'variables' | 'images'>;
}

/**
 * Builds run on this archive, whose key is the hash of its content. Each run keeps its own copy, so that an environment
 * is destroyed with the configuration that created it.
 */
export class ConfigurationBundle extends Construct {
  readonly bucket: s3.IBucket;
  readonly key: string;
  /**
   * The value replaces the commit when none is requested. It is 40 digits of the content's hash, which is the same on
   * every machine.
   */
  readonly commit: string;
  /** This is the SHA-256 of the archive's content, by `archiveDigest`. Builds run no other content. */
  readonly sha256: string;

  constructor(scope: Construct, id: string, props: ConfigurationBundleProps) {
    super(scope, id);
    const { projectRoot, folders = [], images = [], stack } = props;
    for (const folder of [...folders, ...images.map(contextOf)]) {
      if (!existsSync(join(projectRoot, folder)))
        throw new Error(`runbook.config.ts: stack: there is no folder ${folder}`);
    }
    const problems = stack ? undeclaredIn(stack, declaredVariables(join(projectRoot, stack.root))) : [];
    if (problems.length > 0) throw new Error(`runbook.config.ts: ${problems.join('; ')}`);
    const modules = localModules(projectRoot, folders);
    const asset = this.#asset(props, ['/*', ...only([...CONTENTS, ...folders, ...modules]), ...LITTER]);
    this.bucket = asset.bucket;
    this.key = asset.s3ObjectKey;
    this.commit = asset.assetHash.slice(0, 40);
    this.sha256 = archiveDigest(join(assemblyOf(this), asset.assetPath));
  }

  #asset(props: ConfigurationBundleProps, exclude: string[]): Asset {
    const { projectRoot, images = [], tagged = [], stack, architecture = 'ARM64' } = props;
    // The folder is in the assembly, which the caller of the synthesis owns: a synthesis that is killed leaves nothing
    // elsewhere.
    const source = mkdtempSync(join(assemblyOf(this), 'source-'));
    try {
      FileSystem.copyDirectory(projectRoot, source, { exclude, ignoreMode: IgnoreMode.GIT });
      for (const image of images) copyContext(projectRoot, source, image);
      for (const root of tagged) addTags(join(projectRoot, root), join(source, root));
      bundleBuilds(projectRoot, join(source, 'builds'));
      writeFileSync(join(source, 'builds', 'images.json'), JSON.stringify(builtImages(images, architecture), null, 2));
      const variables = { names: stack?.variableNames ?? {}, variables: stack?.variables ?? {} };
      writeFileSync(join(source, VARIABLES), `${JSON.stringify(variables, undefined, 2)}\n`);
      return new Asset(this, 'Asset', { path: source });
    } finally {
      rmSync(source, { recursive: true });
    }
  }
}

/**
 * Returns the SHA-256, in hex, of a list of all files of a folder in the order of their paths' bytes. Each line is
 * `<SHA-256 of the content>  ./<path>`. `infra/buildspecs/verify.sh` computes the same value of the folder that
 * CodeBuild has unpacked. The archive's own bytes are not compared, because CodeBuild does not pass them to a build.
 *
 * @throws if the folder contains anything that would be different in a build: a link, which is a file in an archive, or
 * a name that `sha256sum` escapes (how depends on its version) or that is not UTF-8.
 */
export function archiveDigest(folder: string): string {
  const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ path: relative(folder, join(entry.parentPath, entry.name)), isFile: entry.isFile() }))
    .map(({ path, isFile }) => {
      const refused = `${JSON.stringify(path)} cannot be part of a build's source: `;
      if (!isFile) throw new Error(`${refused}it is neither a file nor a folder`);
      if (/[\\\n\r\ufffd]/.test(path))
        throw new Error(`the file ${refused}rename it. A name has no backslash and no line end, and is UTF-8`);
      return { path, bytes: Buffer.from(path) };
    })
    .sort((one, other) => one.bytes.compare(other.bytes));
  return sha256(files.map(({ path }) => `${sha256(readFileSync(join(folder, path)))}  ./${path}\n`).join(''));
}

/** Adds the tags to the copy. The team's source does not change. */
function addTags(root: string, copy: string): void {
  const program = join(import.meta.dirname, 'write-tag-files.ts');
  const { status, stderr } = spawnSync(process.execPath, [program, root, copy], { encoding: 'utf8' });
  if (status === 0) return;
  const [, why = stderr] = /^Error: (.*)$/m.exec(stderr) ?? [];
  throw new Error(`runbook.config.ts: stack.tags: ${why}`);
}

/**
 * Copies the files that Docker reads for an image: the Dockerfile, and its context without the files that the
 * `.dockerignore` there excludes. A `.dockerignore` beside the Dockerfile has precedence, as in Docker:
 * https://docs.docker.com/build/concepts/context/#filename-and-location
 */
function copyContext(projectRoot: string, source: string, image: ImageConfig): void {
  const { dockerfile } = image;
  const context = contextOf(image);
  if (!existsSync(join(projectRoot, dockerfile)))
    throw new Error(`runbook.config.ts: stack.images: there is no file ${dockerfile}`);
  const lists = [`${dockerfile}.dockerignore`, `${context}/.dockerignore`];
  const list = lists.find((one) => existsSync(join(projectRoot, one)));
  const lines = list ? readFileSync(join(projectRoot, list), 'utf8').split('\n') : [];
  const exclude = [...lines.map((line) => line.trim()).filter((line) => line && !line.startsWith('#')), ...NEVER];
  FileSystem.copyDirectory(join(projectRoot, context), join(source, context), {
    exclude,
    ignoreMode: IgnoreMode.DOCKER,
  });
  for (const file of [dockerfile, list]) if (file) cpSync(join(projectRoot, file), join(source, file));
}

/** Returns rules in the syntax of .gitignore that include these paths, and nothing else of the folders above them. */
function only(paths: readonly string[]): string[] {
  const outermost = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
  const rules: { depth: number; lines: string[] }[] = outermost.flatMap((path) => {
    const parts = path.split('/');
    return parts.map((_, depth) => {
      const here = `/${parts.slice(0, depth + 1).join('/')}`;
      return { depth, lines: depth + 1 < parts.length ? [`!${here}`, `${here}/*`] : [`!${here}`] };
    });
  });
  // The last matching rule decides, so a folder precedes its contents.
  return rules.sort((one, other) => one.depth - other.depth).flatMap(({ lines }) => lines);
}
