import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { DockerfileError } from './dockerfile-error.ts';
import { type Image, ImageStore } from './image-store.ts';
import { inspect } from './inspect.ts';
import { loggedIn, logIn } from './login.ts';
import { parseReference, RegistryError, withTag } from './reference.ts';

/** The caller has made an error, or asks for what the lab's docker does not do. */
class UsageError extends Error {}

// The other modules of a command are imported when it runs: a build calls docker many times, mostly for little.
const setting = (name: 'STATE' | 'IMAGES' | 'PROJECT'): string => {
  const value = process.env[`LAB_DOCKER_${name}`];
  if (!value) throw new UsageError(`LAB_DOCKER_${name} is not set: this docker works inside the lab's builds only`);
  return value;
};
const print = (line: string) => process.stdout.write(`${line}\n`);
const local = () => new ImageStore(join(setting('STATE'), 'images'));

type Command = (args: string[]) => Promise<void>;

const commands: Record<string, Command> = {
  async login(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        username: { type: 'string', short: 'u' },
        password: { type: 'string', short: 'p' },
        'password-stdin': { type: 'boolean' },
      },
    });
    const password = values['password-stdin'] ? (await text(process.stdin)).trim() : values.password;
    if (!values.username || !password) throw new UsageError('Must provide --username with --password-stdin');
    await logIn(setting('STATE'), positionals[0] ?? 'docker.io');
    print('Login Succeeded');
  },

  async build(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        file: { type: 'string', short: 'f' },
        tag: { type: 'string', short: 't', multiple: true },
        'build-arg': { type: 'string', multiple: true },
        platform: { type: 'string' },
        target: { type: 'string' },
        push: { type: 'boolean' },
        load: { type: 'boolean' },
        pull: { type: 'boolean' },
        'no-cache': { type: 'boolean' },
        quiet: { type: 'boolean', short: 'q' },
        progress: { type: 'string' },
        provenance: { type: 'string' },
        sbom: { type: 'string' },
      },
    });
    const [context] = positionals;
    if (!context || positionals.length > 1) throw new UsageError('"docker build" requires exactly 1 argument.');
    let line = 0;
    const { build } = await import('./build.ts');
    const image = await build(
      {
        dockerfile: await readFile(values.file ?? join(context, 'Dockerfile'), 'utf8'),
        context,
        target: values.target,
        args: Object.fromEntries((values['build-arg'] ?? []).map(buildArgument)),
        platform: values.platform ?? `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
        project: setting('PROJECT'),
        print: values.quiet ? () => {} : (message) => print(`#${++line} ${message}`),
      },
      local(),
    );
    print(values.quiet ? image.digest : `writing image ${image.digest}`);
    for (const name of values.tag ?? []) {
      await local().name(image.digest, withTag(name));
      if (!values.quiet) print(`naming to ${withTag(name)}`);
      if (values.push) await pushImage(withTag(name));
    }
  },

  async tag([source, target]) {
    if (!source || !target) throw new UsageError('"docker tag" requires exactly 2 arguments.');
    await local().name((await find(source)).digest, withTag(target));
  },

  async push(args) {
    const { positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { quiet: { type: 'boolean', short: 'q' } },
    });
    for (const name of positionals) await pushImage(withTag(name));
  },

  async inspect(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { format: { type: 'string', short: 'f' }, type: { type: 'string' } },
    });
    const images = await Promise.all(positionals.map(find));
    for (const line of await inspect(local(), images, values.format)) print(line);
  },

  async manifest([action, name]) {
    if (action !== 'inspect' || !name) throw new UsageError('docker manifest: only "inspect NAME"');
    const { manifestOf } = await import('./registry.ts');
    print(await manifestOf(parseReference(withTag(name))));
  },

  async version() {
    print('Docker version 28.0.0, build lab');
  },
};

async function pushImage(name: string): Promise<void> {
  const reference = parseReference(name);
  const image = await find(name);
  print(`The push refers to repository [${name.slice(0, name.lastIndexOf(':'))}]`);
  if (!(await loggedIn(setting('STATE'), reference.registry))) throw new RegistryError('no basic auth credentials');
  const { push } = await import('./registry.ts');
  await push(image, reference, new ImageStore(setting('IMAGES')));
  const { layers } = JSON.parse(image.manifest) as { layers: { digest: string }[] };
  for (const { digest } of layers) print(`${digest.slice(7, 19)}: Pushed`);
  print(`${reference.tag}: digest: ${image.digest} size: ${image.manifest.length}`);
}

async function find(name: string): Promise<Image> {
  const image = await local().find(name.startsWith('sha256:') ? name : withTag(name));
  if (!image) throw new UsageError(`No such image: ${name}`);
  return image;
}

/** The argument is `NAME=value`, or `NAME` for the value that it has in the environment. */
function buildArgument(argument: string): [string, string] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument, process.env[argument] ?? ''] : [argument.slice(0, at), argument.slice(at + 1)];
}

async function main(args: string[]): Promise<void> {
  // `docker image inspect`, `docker buildx build` are the long names of `docker inspect`, `docker build`.
  const [name = '', ...rest] = ['image', 'buildx', 'builder'].includes(args[0] ?? '') ? args.slice(1) : args;
  const command = commands[name.replace(/^(--version|-v)$/, 'version')];
  if (!command) throw new UsageError(`docker ${args.join(' ')}: the lab's docker does not do that`);
  await command(rest);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message } = error as Error;
  const ours = error instanceof DockerfileError || error instanceof RegistryError || error instanceof UsageError;
  process.stderr.write(`${error instanceof DockerfileError ? `ERROR: failed to solve: ${message}` : message}\n`);
  if (!ours) process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
}
