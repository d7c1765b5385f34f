import type { Excluded, Exclusion, Finding } from '../contracts/contracts.ts';
import type { PreflightRequest } from '../contracts/request.ts';

/** Separates the findings that are kept on purpose from the others. A service that could not be read is never kept. */
export function partitionByExclusion(
  request: Pick<PreflightRequest, 'exclusions' | 'keepBackend' | 'names'>,
  findings: readonly Finding[],
): { kept: Excluded[]; left: Finding[] } {
  const rules = (request.exclusions ?? []).map((rule) => ({ ...rule, pattern: patternOf(rule) }));
  const kept: Excluded[] = [];
  const left: Finding[] = [];
  for (const one of findings) {
    const why =
      one.id === '*'
        ? undefined
        : (backendOf(request, one) ??
          rules.find(({ pattern }) => [one.id, one.arn].some((name) => name !== undefined && pattern.test(name)))?.why);
    if (why === undefined) left.push(one);
    else kept.push({ ...one, why });
  }
  return { kept, left };
}

function patternOf({ what }: Exclusion): RegExp {
  const literals = what.split('*').map((literal) => literal.replaceAll(/[.+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`);
}

/** Returns the reason for a resource that `keepBackend` spares. */
function backendOf(
  { keepBackend, names }: Pick<PreflightRequest, 'keepBackend' | 'names'>,
  { type, id }: Finding,
): string | undefined {
  if (!keepBackend) return undefined;
  const isBackend = (type === 'bucket' && id === names.stateBucket) || (type === 'table' && id === names.lockTable);
  return isBackend ? 'keepBackend was asked for' : undefined;
}
