import { createHash, randomUUID } from 'node:crypto';
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** An image declares these properties of its container. */
export interface ImageConfig {
  env: Record<string, string>;
  workdir: string;
  cmd: string[];
  entrypoint?: string[];
  user?: string;
  exposedPorts: string[];
  labels: Record<string, string>;
  healthcheck?: string;
  stopSignal?: string;
}

/** A built image has a root file system, a configuration, and the manifest whose SHA-256 is its digest. */
export interface Image {
  digest: string;
  manifest: string;
  /** The folder has `rootfs/`, `config.json` and `manifest.json`. */
  directory: string;
  platform: string;
}

const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG_TYPE = 'application/vnd.docker.container.image.v1+json';
const LAYER_TYPE = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** The store is a folder of images by manifest digest, with names for some of them. */
export class ImageStore {
  readonly #directory: string;
  readonly #names: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#names = join(directory, 'names');
  }

  /** Turns a root file system into an image. The same content always gets the same digest. */
  async create(rootfs: string, config: ImageConfig, platform: string): Promise<Image> {
    const layer = await describeTree(rootfs);
    const [os, architecture] = platform.split('/');
    const ociConfig = JSON.stringify({
      architecture,
      os,
      config: {
        Env: Object.entries(config.env).map(([name, value]) => `${name}=${value}`),
        WorkingDir: config.workdir,
        Cmd: config.cmd,
        Entrypoint: config.entrypoint,
        User: config.user,
        ExposedPorts: Object.fromEntries(config.exposedPorts.map((port) => [port, {}])),
        Labels: config.labels,
        StopSignal: config.stopSignal,
        Healthcheck: config.healthcheck ? { Test: ['CMD-SHELL', config.healthcheck] } : undefined,
      },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: CONFIG_TYPE, size: ociConfig.length, digest: sha256(ociConfig) },
      layers: [{ mediaType: LAYER_TYPE, ...layer }],
    });
    const digest = sha256(manifest);
    const part = await this.scratch();
    await rename(rootfs, join(part, 'rootfs'));
    await writeFile(join(part, 'config.json'), JSON.stringify(config, null, 2));
    await writeFile(join(part, 'manifest.json'), manifest);
    await writeFile(join(part, 'platform'), platform);
    const directory = join(this.#directory, digest);
    await moveUnlessThere(part, directory);
    return { digest, manifest, directory, platform };
  }

  /** Creates a folder on the store's own file system, so that its content can be moved into the store. */
  async scratch(): Promise<string> {
    await mkdir(this.#directory, { recursive: true });
    return mkdtemp(join(this.#directory, 'build-'));
  }

  /** Each name has its own file: several builds give names at the same time. */
  async name(image: string, name: string): Promise<void> {
    await mkdir(this.#names, { recursive: true });
    const file = join(this.#names, encodeURIComponent(name));
    const part = join(this.#directory, `name-${process.pid}-${randomUUID()}`);
    await writeFile(part, image);
    await rename(part, file);
  }

  /** The result has the digest of each name. */
  async names(): Promise<Record<string, string>> {
    const files = await readdir(this.#names).catch(unlessMissing<string[]>([]));
    const named = files.map(async (file) => {
      return [decodeURIComponent(file), await readFile(join(this.#names, file), 'utf8')] as const;
    });
    return Object.fromEntries(await Promise.all(named));
  }

  /** @param nameOrDigest a name given before, or the image's digest */
  async find(nameOrDigest: string): Promise<Image | undefined> {
    const digest = nameOrDigest.startsWith('sha256:') ? nameOrDigest : (await this.names())[nameOrDigest];
    if (!digest) return undefined;
    const directory = join(this.#directory, digest);
    try {
      const manifest = await readFile(join(directory, 'manifest.json'), 'utf8');
      return { digest, manifest, directory, platform: await readFile(join(directory, 'platform'), 'utf8') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async config(image: Image): Promise<ImageConfig> {
    return JSON.parse(await readFile(join(image.directory, 'config.json'), 'utf8')) as ImageConfig;
  }

  /** Copies an image of another store into this one, in one step for concurrent readers. */
  async receive(image: Image): Promise<void> {
    const target = join(this.#directory, image.digest);
    const part = `${target}.${process.pid}`;
    await cp(image.directory, part, { recursive: true, verbatimSymlinks: true });
    await moveUnlessThere(part, target);
  }
}

/** An image that is already there has the same digest, and so the same content. */
async function moveUnlessThere(part: string, target: string): Promise<void> {
  try {
    await rename(part, target);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await rm(part, { recursive: true });
  }
}

function unlessMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

export function sha256(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Returns the digest and the size of a folder's content: names, permissions, targets of links and bytes of files. */
async function describeTree(root: string): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const visit = async (directory: string): Promise<void> => {
    for (const name of (await readdir(directory)).sort()) {
      const path = join(directory, name);
      const stats = await lstat(path);
      hash.update(`${relative(root, path)}\0${stats.mode}\0`);
      if (stats.isDirectory()) await visit(path);
      else if (stats.isSymbolicLink()) hash.update(await readlink(path));
      else {
        const content = await readFile(path);
        size += content.length;
        hash.update(content);
      }
    }
  };
  await visit(root);
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
