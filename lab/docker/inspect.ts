import type { Image, ImageStore } from './image-store.ts';

/**
 * Returns what `docker inspect` prints.
 * @param format a Go template of fields, `json` and `index` only: `{{.Id}}`, `{{index .RepoDigests 0}}`, `{{json
 * .Config}}`
 */
export async function inspect(store: ImageStore, images: readonly Image[], format?: string): Promise<string[]> {
  const described = await Promise.all(images.map((image) => describe(store, image)));
  if (format === undefined) return [JSON.stringify(described, null, 4)];
  return described.map((image) =>
    format.replace(/\{\{\s*(.*?)\s*\}\}/g, (_, expression) => evaluate(expression, image)),
  );
}

async function describe(store: ImageStore, image: Image) {
  const { env, workdir, cmd, entrypoint, user, labels, exposedPorts } = await store.config(image);
  const tags = Object.entries(await store.names()).filter(([, digest]) => digest === image.digest);
  const repositories = new Set(tags.map(([name]) => name.slice(0, name.lastIndexOf(':'))));
  const [os, architecture] = image.platform.split('/');
  return {
    Id: image.digest,
    RepoTags: tags.map(([name]) => name),
    RepoDigests: [...repositories].map((repository) => `${repository}@${image.digest}`),
    Architecture: architecture,
    Os: os,
    Config: {
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      WorkingDir: workdir,
      Cmd: cmd,
      Entrypoint: entrypoint ?? null,
      User: user ?? '',
      Labels: labels,
      ExposedPorts: Object.fromEntries(exposedPorts.map((port) => [port, {}])),
    },
  };
}

function evaluate(expression: string, image: unknown): string {
  const [, verb, path = '', key] = /^(?:(json|index)\s+)?\.([\w.]*)(?:\s+"?([^"]+)"?)?$/.exec(expression) ?? [];
  let value: unknown = image;
  for (const name of [...path.split('.').filter(Boolean), ...(verb === 'index' && key ? [key] : [])]) {
    value = (value as Record<string, unknown> | undefined)?.[name];
  }
  if (value === undefined) throw new Error(`template parsing error: ${expression}`);
  return verb === 'json' || typeof value === 'object' ? JSON.stringify(value) : String(value);
}
