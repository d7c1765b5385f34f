import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FileSystem, IgnoreMode } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { declaredVariables } from '../../builds/declared-variables.ts';
import { assemblyOf } from '../assembly.ts';
import type { StackConfig } from '../config/stack-config.ts';
import { undeclaredIn } from '../config/stack-variables.ts';
import { bundleBuilds } from '../functions/bundles.ts';

/** Of the Terraform root, what the configuration sets: a build of a run uses that run's. See builds/terraform/stack-variables.ts. */
const VARIABLES = 'builds/stack-variables.json';
/** What a build needs of the checkout: the Terraform roots, and the services with a lock file of their own. The program of the builds is bundled. */
const CONTENTS = ['infra', 'services', '.dockerignore'];
/** Left behind by work in the checkout; it would change the hash without changing a build. */
const LITTER = ['.terraform', '*.tfstate', '*.tfstate.*', '*.tfplan', 'node_modules', 'dist', '.DS_Store'];

export interface BundleProps {
  projectRoot: string;
  /** What builds need besides the project's own. */
  folders?: readonly string[];
  /** Whose variables go with it. */
  stack?: Pick<StackConfig, 'root' | 'variableNames' | 'variables'>;
}

/**
 * What builds run on, as one archive whose key is the hash of its content. Each run keeps a copy of its own, so that an
 * environment is destroyed with the configuration that made it.
 */
export class ConfigurationBundle extends Construct {
  readonly bucket: s3.IBucket;
  readonly key: string;
  /** Stands for the commit where none is asked for: 40 digits of the content's hash, the same on every machine. */
  readonly commit: string;
  /** SHA-256 of what the archive holds, as `archiveDigest` makes it: builds run nothing else. */
  readonly sha256: string;

  constructor(scope: Construct, id: string, props: BundleProps) {
    super(scope, id);
    const { projectRoot, folders = [], stack } = props;
    for (const folder of folders) {
      if (!existsSync(join(projectRoot, folder)))
        throw new Error(`runbook.config.ts: stack: there is no folder ${folder}`);
    }
    const problems = stack ? undeclaredIn(stack, declaredVariables(join(projectRoot, stack.root))) : [];
    if (problems.length > 0) throw new Error(`runbook.config.ts: ${problems.join('; ')}`);
    const asset = this.#asset(projectRoot, stack, ['/*', ...only([...CONTENTS, ...folders]), ...LITTER]);
    this.bucket = asset.bucket;
    this.key = asset.s3ObjectKey;
    this.commit = asset.assetHash.slice(0, 40);
    this.sha256 = archiveDigest(join(assemblyOf(this), asset.assetPath));
  }

  #asset(projectRoot: string, stack: BundleProps['stack'], exclude: string[]): Asset {
    // In the assembly, which belongs to whoever synthesizes: a synthesis that is killed leaves nothing elsewhere.
    const source = mkdtempSync(join(assemblyOf(this), 'source-'));
    try {
      FileSystem.copyDirectory(projectRoot, source, { exclude, ignoreMode: IgnoreMode.GIT });
      bundleBuilds(projectRoot, join(source, 'builds'));
      const variables = { names: stack?.variableNames ?? {}, variables: stack?.variables ?? {} };
      writeFileSync(join(source, VARIABLES), `${JSON.stringify(variables, undefined, 2)}\n`);
      return new Asset(this, 'Asset', { path: source });
    } finally {
      rmSync(source, { recursive: true });
    }
  }
}

/**
 * SHA-256, in hex, of a list of all files of a folder in the order of their paths' bytes: `<SHA-256 of the content>  ./<path>`,
 * a line each. `infra/buildspecs/verify.sh` makes the same of what CodeBuild has unpacked. An archive is not compared by
 * its own bytes, because CodeBuild hands none to a build.
 *
 * @throws if the folder has what a build would find otherwise: a link, which an archive has as a file, or a name that `sha256sum`
 * escapes (how depends on its version) or that is no UTF-8.
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

/** Rules, in the words of .gitignore, that take in these paths, and nothing else of the folders above them. */
function only(paths: readonly string[]): string[] {
  const outermost = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
  const rules: { depth: number; lines: string[] }[] = outermost.flatMap((path) => {
    const parts = path.split('/');
    return parts.map((_, depth) => {
      const here = `/${parts.slice(0, depth + 1).join('/')}`;
      return { depth, lines: depth + 1 < parts.length ? [`!${here}`, `${here}/*`] : [`!${here}`] };
    });
  });
  // The last rule that matches decides, so a folder comes before what is in it.
  return rules.sort((one, other) => one.depth - other.depth).flatMap(({ lines }) => lines);
}
