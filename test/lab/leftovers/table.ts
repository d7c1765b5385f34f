import type { Finding } from '../../../lambdas/contracts/contracts.ts';

export interface Planted {
  kind: string;
  way: 'tag' | 'name' | 'vpc';
  /** The id distinguishes the resource from all others; it is absent where the emulator refused. */
  id?: string;
  error?: string;
}

export type Seen = Finding['status'] | 'MISSED';

/** Returns the sweep's finding for a planted resource. */
export function verdictOf({ id = '' }: Planted, findings: readonly Finding[]): Seen {
  const is = (text: string | undefined) =>
    text !== undefined &&
    (text === id ||
      text.split(/[/:|]/).includes(id) ||
      text.endsWith(`/${id}`) ||
      text.endsWith(`:${id}`) ||
      text.endsWith(`parameter${id}`));
  const own = findings.filter((one) => is(one.id) || is(one.arn));
  for (const status of ['PRESENT', 'UNKNOWN', 'ABSENT'] as const)
    if (own.some((one) => one.status === status)) return status;
  return 'MISSED';
}

const WAYS = ['tag', 'name', 'vpc'] as const;

/** Returns one line for each kind, and the sums. */
export function table(planted: readonly Planted[], findings: readonly Finding[]): string {
  const cell = (one: Planted | undefined) =>
    !one ? '–' : one.error ? `(${one.error.slice(0, 60)})` : verdictOf(one, findings);
  const kinds = [...new Set(planted.map(({ kind }) => kind))];
  const lines = kinds.map((kind) =>
    [kind, ...WAYS.map((way) => cell(planted.find((one) => one.kind === kind && one.way === way)))].join(' · '),
  );
  const sums = WAYS.map((way) => {
    const own = planted.filter((one) => one.way === way && one.id);
    const by = Object.entries(Object.groupBy(own, (one) => verdictOf(one, findings)));
    return `${way}: ${own.length} planted, ${by.map(([seen, some]) => `${some?.length} ${seen}`).join(', ')}`;
  });
  return [...lines, ...sums].join('\n');
}
