import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { copy, dockerignore, inside } from './copy.ts';
import { expand, parseDockerfile, type Step, words } from './dockerfile.ts';
import { DockerfileError } from './dockerfile-error.ts';
import type { Image, ImageConfig, ImageStore } from './image-store.ts';
import { run } from './run.ts';

export interface BuildOptions {
  dockerfile: string;
  /** COPY reads this folder. */
  context: string;
  /** The build stops at the stage with this name or number. */
  target?: string | undefined;
  /** The values are those of `--build-arg`. */
  args: Record<string, string>;
  /** The form is `linux/arm64`. */
  platform: string;
  /** The root is that of the checkout, see RunOptions. */
  project: string;
  print(line: string): void;
}

interface Stage {
  name: string;
  root: string;
  config: ImageConfig;
  args: Record<string, string>;
}

const EMPTY: ImageConfig = { env: {}, workdir: '/', cmd: [], exposedPorts: [], labels: {} };

/** The lab can stand for these base images: it has no operating system to offer, but it has Node. */
const NODE_IMAGE = /^(?:[\w.-]+(?::\d+)?\/)*node(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/;

/**
 * Interprets a Dockerfile.
 * @throws DockerfileError in docker's words
 */
export async function build(options: BuildOptions, store: ImageStore): Promise<Image> {
  const scratch = await store.scratch();
  try {
    const builder = new Builder(options, scratch, await dockerignore(options.context));
    const stage = await builder.build(parseDockerfile(options.dockerfile));
    return await store.create(stage.root, stage.config, options.platform);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

class Builder {
  readonly #options: BuildOptions;
  readonly #scratch: string;
  readonly #ignored: (path: string) => boolean;
  readonly #globals: Record<string, string>;
  readonly #stages: Stage[] = [];

  constructor(options: BuildOptions, scratch: string, ignored: (path: string) => boolean) {
    this.#options = options;
    this.#scratch = scratch;
    this.#ignored = ignored;
    const [os = '', arch = ''] = options.platform.split('/');
    const platform = { TARGETPLATFORM: options.platform, TARGETOS: os, TARGETARCH: arch };
    this.#globals = { ...platform, BUILDPLATFORM: options.platform, BUILDOS: os, BUILDARCH: arch };
  }

  async build(steps: Step[]): Promise<Stage> {
    let stage: Stage | undefined;
    for (const [index, step] of steps.entries()) {
      if (step.keyword === 'FROM') {
        if (stage && this.#isTarget(stage)) return stage;
        stage = await this.#from(step);
      } else if (!stage) this.#globalArg(step);
      else {
        this.#options.print(
          `[${stage.name} ${index + 1}/${steps.length}] ${step.keyword} ${step.heredoc ?? step.text}`,
        );
        await this.#step(stage, step);
      }
    }
    const { target } = this.#options;
    if (stage && (target === undefined || this.#isTarget(stage))) return stage;
    throw new DockerfileError(`target stage "${target}" could not be found`);
  }

  #isTarget(stage: Stage): boolean {
    const { target } = this.#options;
    return target !== undefined && (stage.name === target || String(this.#stages.indexOf(stage)) === target);
  }

  async #from(step: Step): Promise<Stage> {
    const [image = '', as, name] = words(expand(step.text, this.#globals));
    const base = this.#stages.find((stage) => stage.name === image);
    if (!base && image !== 'scratch' && !NODE_IMAGE.test(image)) {
      throw new DockerfileError(`${image}: the lab can build on node, scratch and earlier stages only`);
    }
    const stage: Stage = {
      name: as?.toUpperCase() === 'AS' && name ? name : `stage-${this.#stages.length}`,
      root: join(this.#scratch, String(this.#stages.length)),
      config: structuredClone(base?.config ?? (image === 'scratch' ? EMPTY : { ...EMPTY, cmd: ['node'] })),
      args: {},
    };
    await mkdir(stage.root, { recursive: true });
    if (base) await cp(base.root, stage.root, { recursive: true, verbatimSymlinks: true });
    this.#stages.push(stage);
    this.#options.print(`[${stage.name}] FROM ${image}`);
    return stage;
  }

  #globalArg(step: Step): void {
    for (const [name, value] of step.properties) {
      this.#globals[name] = this.#options.args[name] ?? expand(value ?? '', this.#globals);
    }
  }

  async #step(stage: Stage, step: Step): Promise<void> {
    const { config } = stage;
    const variables = { ...stage.args, ...config.env };
    const text = () => expand(step.text, variables);
    const command = () => step.exec ?? ['/bin/sh', '-c', step.text];
    switch (step.keyword) {
      case 'ARG':
        for (const [name, value] of step.properties) {
          const given =
            this.#options.args[name] ?? (value === undefined ? this.#globals[name] : expand(value, variables));
          if (given !== undefined) stage.args[name] = given;
        }
        return;
      case 'ENV':
        for (const [name, value] of step.properties) config.env[name] = expand(value ?? '', variables);
        return;
      case 'LABEL':
        for (const [name, value] of step.properties) config.labels[name] = expand(value ?? '', variables);
        return;
      case 'WORKDIR':
        config.workdir = posix.resolve(config.workdir, text());
        await mkdir(inside(stage.root, config.workdir), { recursive: true });
        return;
      case 'COPY':
        await this.#copy(stage, step, variables);
        return;
      case 'ADD':
        await this.#add(stage, step, variables);
        return;
      case 'RUN': {
        const { project, print } = this.#options;
        await run(step, { root: stage.root, workdir: config.workdir, variables, project, print });
        return;
      }
      case 'USER':
        config.user = text();
        return;
      case 'EXPOSE':
        config.exposedPorts.push(...words(text()).map((port) => (port.includes('/') ? port : `${port}/tcp`)));
        return;
      case 'CMD':
        config.cmd = command();
        return;
      case 'ENTRYPOINT':
        // The command of a base image belongs to the entry point that it had.
        config.entrypoint = command();
        config.cmd = [];
        return;
      case 'HEALTHCHECK':
        if (step.text.toUpperCase() === 'NONE') delete config.healthcheck;
        else config.healthcheck = step.text.replace(/^CMD\s+/i, '');
        return;
      case 'STOPSIGNAL':
        config.stopSignal = text();
    }
  }

  async #copy(stage: Stage, step: Step, variables: Record<string, string>): Promise<void> {
    const paths = this.#paths(step, variables);
    const destination = paths.pop() ?? '';
    const from = step.flags.from === undefined ? undefined : this.#stage(expand(step.flags.from, variables));
    await copy({
      from: from?.root ?? this.#options.context,
      sources: paths,
      root: stage.root,
      destination: resolvePath(stage.config.workdir, destination),
      mode: step.flags.chmod,
      ...(from ? {} : { ignored: this.#ignored }),
    });
  }

  async #add(stage: Stage, step: Step, variables: Record<string, string>): Promise<void> {
    const paths = this.#paths(step, variables);
    const destination = resolvePath(stage.config.workdir, paths.pop() ?? '');
    for (const source of paths) {
      if (!/^https?:\/\//.test(source)) throw new DockerfileError(`ADD ${source}: the lab adds URLs only; use COPY`);
      const name = destination.endsWith('/')
        ? posix.join(destination, posix.basename(new URL(source).pathname))
        : destination;
      const file = inside(stage.root, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, '');
      this.#options.print(`${source}: not fetched; ${name} is empty in the lab`);
    }
  }

  #paths(step: Step, variables: Record<string, string>): string[] {
    const paths = (step.exec ?? words(step.text)).map((word) => expand(word, variables));
    if (paths.length < 2) {
      throw new DockerfileError(
        `dockerfile parse error on line ${step.line}: ${step.keyword} requires at least two arguments`,
      );
    }
    return paths;
  }

  #stage(name: string): Stage {
    const stage = this.#stages.find((candidate) => candidate.name === name) ?? this.#stages[Number(name)];
    if (!stage) throw new DockerfileError(`${name}: the lab copies from earlier stages only`);
    return stage;
  }
}

/** The path is relative to the working directory. A trailing slash is kept, since it decides what COPY does. */
function resolvePath(workdir: string, path: string): string {
  const resolved = posix.resolve(workdir, path);
  return /(^|\/)\.?$/.test(path) && !resolved.endsWith('/') ? `${resolved}/` : resolved;
}
