import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import * as z from 'zod';

/** What a plan file has inside: a zip archive, whose layout is that of Terraform 1.11. Builds run no other version. */

const planned = z.object({ lineage: z.string(), serial: z.number().optional() });

/**
 * Lineage of the state that a plan was made from; empty for none. To ask the state would tell of the state that is there by now.
 * @throws when the plan does not say it
 */
export async function plannedLineage(file: string): Promise<string> {
  return (await plannedState(file)).lineage;
}

/**
 * Lineage and serial of the state that a plan was made from.
 * @throws when the plan does not say it
 */
export async function plannedState(file: string): Promise<z.infer<typeof planned>> {
  const [content] = await entries(file, (name) => name === 'tfstate');
  return planned.parse(JSON.parse(content?.content.toString() ?? ''));
}

/**
 * The state that a plan was made from: as it was written, and as it is in AWS.
 * @throws when the plan lacks either
 */
export async function statesIn(file: string): Promise<{ before: string; now: string }> {
  const found = await entries(file, (name) => name === 'tfstate-prev' || name === 'tfstate');
  const textOf = (wanted: string) => {
    const content = found.find(({ name }) => name === wanted)?.content;
    if (!content) throw new Error(`there is no ${wanted}`);
    return content.toString();
  };
  return { before: textOf('tfstate-prev'), now: textOf('tfstate') };
}

export interface ConfigurationFile {
  /** Dotted calls of the module; empty for the root's own. */
  module: string;
  file: string;
  text: string;
}

/** Files of the configuration that a plan was made from which mention prevent_destroy. They are in folders `tfconfig/m-<module>`. */
export async function lifecyclesIn(file: string): Promise<ConfigurationFile[]> {
  const all = await entries(file, (name) => name.startsWith('tfconfig/m-') && !name.endsWith('/'));
  return all
    .map(({ name, content }) => {
      const [module = '', ...path] = name.slice('tfconfig/m-'.length).split('/');
      return { module, file: path.at(-1) ?? '', text: content.toString() };
    })
    .filter(({ text }) => text.includes('prevent_destroy'));
}

async function entries(file: string, wanted: (name: string) => boolean): Promise<{ name: string; content: Buffer }[]> {
  const found: { name: string; content: Buffer }[] = [];
  const zip = await openPromise(file);
  for await (const entry of zip.eachEntry()) {
    if (!wanted(entry.fileName)) continue;
    found.push({ name: entry.fileName, content: await buffer(await zip.openReadStreamPromise(entry)) });
  }
  return found;
}
