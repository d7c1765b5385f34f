import { CloudControlClient, ListResourcesCommand, type ResourceDescription } from '@aws-sdk/client-cloudcontrol';
import type { GenericKind } from '../../contracts/generic-kinds/kind.ts';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
import { patientConfig } from '../client-config.ts';
import { pages } from '../pages.ts';
import { textOf } from '../responses.ts';

const clients = new Map<string, CloudControlClient>();

export function clientOf(region: string): CloudControlClient {
  const client = clients.get(region) ?? new CloudControlClient({ ...patientConfig, region });
  clients.set(region, client);
  return client;
}

/** A listing is read once, page by page, on demand of its readers. */
export class Listing {
  readonly seen = new Map<string, ResourceDescription>();
  pages = 0;
  ended = false;
  readonly #pages: AsyncGenerator<readonly ResourceDescription[]>;
  #reading: Promise<void> = Promise.resolve();

  constructor({ type, model }: GenericKind, region: string) {
    this.#pages = pages(
      (NextToken) =>
        clientOf(region).send(
          new ListResourcesCommand({ TypeName: type, NextToken, ...(model ? { ResourceModel: model } : {}) }),
        ),
      (page) => page.ResourceDescriptions,
      (page) => page.NextToken,
    );
  }

  /** The reads are sequential, because several readers may ask at once. */
  readTo(most: number): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read(most));
    return this.#reading;
  }

  async #read(most: number): Promise<void> {
    while (this.pages < most && !this.ended) {
      const { value, done } = await this.#pages.next();
      if (done) this.ended = true;
      else {
        this.pages += 1;
        for (const one of value) this.seen.set(textOf(one.Identifier, 'the identifier of a resource'), one);
      }
    }
  }
}

/** Parses the properties, which Cloud Control sends as JSON in a text. */
export function propertiesOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) throw new UnexpectedResponseError('a resource without its properties');
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new UnexpectedResponseError('properties that are no object');
  return value as Record<string, unknown>;
}

/**
 * Returns the tags among the properties, under any name and as a list of pairs or a map. The function returns undefined
 * where the properties contain no tags.
 */
export function tagsIn(properties: Record<string, unknown>): Record<string, string> | undefined {
  const [, tags] = Object.entries(properties).find(([key]) => /^(?:[A-Z][A-Za-z]*)?Tags$/.test(key)) ?? [];
  if (Array.isArray(tags)) {
    return Object.fromEntries(tags.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]));
  }
  return typeof tags === 'object' && tags !== null ? (tags as Record<string, string>) : undefined;
}
