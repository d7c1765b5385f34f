import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import * as z from 'zod';

/** A plan file is a zip archive, whose layout is that of Terraform 1.11. Builds run no other version. */

const planned = z.object({ lineage: z.string(), serial: z.number().optional() });

/**
 * Returns the lineage of the state that a plan is of; the lineage is empty for no state. A query of the state would
 * return the state that is there by now.
 * @throws when the plan does not have it
 */
export async function plannedLineage(file: string): Promise<string> {
  return (await plannedState(file)).lineage;
}

/**
 * Returns the lineage and the serial of the state that a plan is of.
 * @throws when the plan does not have them
 */
export async function plannedState(file: string): Promise<z.infer<typeof planned>> {
  const [content] = await entries(file, (name) => name === 'tfstate');
  return planned.parse(JSON.parse(content?.content.toString() ?? ''));
}

/**
 * Returns the state that a plan is of: as it was written, and as it is in AWS.
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
  /** The module is given by its dotted calls; the text is empty for the root's own file. */
  module: string;
  file: string;
  text: string;
}

/**
 * Returns the files of a plan's configuration that mention prevent_destroy. They are in folders `tfconfig/m-<module>`.
 */
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
