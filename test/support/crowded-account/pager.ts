import type { Kind, Population, Thing } from './population.ts';

export interface Page {
  items: Thing[];
  next: string | undefined;
}

const EMPTY = 'empty-';

/**
 * The class returns the pages of a list. A list of more than one page has an empty page with a token after the first
 * one; the selection of a service's filter comes after an empty page too.
 */
export class Pager {
  readonly population: Population;

  constructor(population: Population) {
    this.population = population;
  }

  /** Returns all things of a kind, as a service without a filter for it lists them. */
  list(kind: Kind, size: number, token: unknown): Page {
    if (typeof token === 'string' && token.startsWith(EMPTY)) return { items: [], next: token.slice(EMPTY.length) };
    const start = Number(token ?? 0);
    const items: Thing[] = [];
    for (const one of this.population.from(kind, start)) {
      if (items.length === size) break;
      items.push(one);
    }
    const end = start + items.length;
    if (end >= this.population.count(kind)) return { items, next: undefined };
    return { items, next: start === 0 ? `${EMPTY}${end}` : String(end) };
  }

  /** Returns the things that the service's own filter selects. */
  select(kind: Kind, size: number, token: unknown, matches: (one: Thing) => boolean): Page {
    if (token === undefined || token === '') return { items: [], next: '0' };
    const start = Number(token);
    const items: Thing[] = [];
    let seen = 0;
    for (const one of this.population.from(kind)) {
      if (!matches(one)) continue;
      seen += 1;
      if (seen > start && items.length < size) items.push(one);
    }
    const end = start + items.length;
    return { items, next: end < seen ? String(end) : undefined };
  }

  /** Returns the matching things without pages. */
  all(kind: Kind, matches: (one: Thing) => boolean): Thing[] {
    const items: Thing[] = [];
    for (const one of this.population.from(kind)) if (matches(one)) items.push(one);
    return items;
  }
}
