import { describeCounts } from '../contracts/certificate.ts';
import type { Message } from '../contracts/message.ts';
import type { Execution } from './execution.ts';
import { cost, costs, ends, page, report, took, why } from './fields.ts';
import { message, placeOf } from './message.ts';
import type { NotificationContext } from './notification-for.ts';

/**
 * Returns the message about an execution that succeeded. The function returns undefined for an execution that found
 * nothing to do, or only shows a plan.
 */
export function succeeded(execution: Execution, known: NotificationContext): Message | undefined {
  switch (execution.machine) {
    case 'provision':
      return live(execution, known, 'up and validated');
    case 'deploy':
      return live(execution, known, `runs commit ${said(execution, 'commit')}, validated`);
    case 'validate':
      return live(execution, known, `passed its validation${partially(execution)}`);
    case 'teardown':
      return said(execution, 'status') === 'GONE' ? gone(execution, known) : undefined;
    case 'sweep':
      // A schedule starts the delayed sweeps, and only they read CloudTrail. Their CLEAN verdict needs no message.
      return said(execution, 'verdict') === 'CLEAN' && !execution.input.provenance
        ? swept(execution, known)
        : undefined;
    default:
      return undefined;
  }
}

function live(execution: Execution, { record, evidence, now, product }: NotificationContext, what: string): Message {
  return message({
    about: placeOf(product, execution.arn, execution.input.environment),
    what,
    facts: [
      ['Address', said(execution, 'url')],
      ['Commit', said(execution, 'commit')],
      ['Before', said(execution, 'before')],
      ['Checks', said(execution, 'validation') ?? said(execution, 'summary')],
      ends(record, now),
      costs(record, now),
      why(execution),
      took(execution),
      report(evidence),
      page(execution),
    ],
    next:
      execution.machine === 'provision'
        ? [`To tear it down before its time:\nnpx runbook teardown ${environmentOf(execution)}`]
        : [`To read the report:\nnpx runbook open ${environmentOf(execution)} report`],
  });
}

/** The checks that were not requested were not validated. */
function partially(execution: Execution): string {
  const partial = said(execution, 'partial');
  return partial ? ` of some checks only (${partial})` : '';
}

function gone(execution: Execution, { evidence, product }: NotificationContext): Message {
  return message({
    about: placeOf(product, execution.arn, execution.input.environment),
    what: `torn down: ${said(execution, 'sweep')}`,
    details: [...summary(execution), ...counts(execution, evidence), ...kept(evidence)],
    facts: [
      ['Managed by Terraform', count(execution, 'destroyed', 'resource')],
      ['Unmanaged resources removed', count(execution, 'unmanaged', 'resource')],
      cost(evidence),
      why(execution),
      took(execution),
      report(evidence),
      page(execution),
    ],
    next: [
      'Two more sweeps follow, in 1 h and in 24 h. You are notified only if they find something, and then again for four weeks, until it is gone.',
    ],
  });
}

function swept(execution: Execution, { evidence, product }: NotificationContext): Message {
  return message({
    about: placeOf(product, execution.arn, execution.input.environment),
    what: 'nothing is left',
    details: [...summary(execution), ...kept(evidence)],
    facts: [took(execution), report(evidence), page(execution)],
  });
}

function summary(execution: Execution): string[] {
  const text = said(execution, 'summary');
  return text ? [`${text}.`] : [];
}

/** Several counts are of one teardown, and the message has the sentence of the certificate. */
function counts({ output }: Execution, { certificate }: NotificationContext['evidence']): string[] {
  const last = certificate?.sweeps.at(-1);
  if (!certificate || !last || certificate.existed.length === 0) return [];
  return [describeCounts(certificate, last, typeof output.destroyed === 'number' ? output.destroyed : undefined)];
}

function kept({ certificate }: NotificationContext['evidence']): string[] {
  const excluded = certificate?.sweeps.at(-1)?.excluded ?? [];
  if (excluded.length === 0) return [];
  const lines = excluded.map(({ type, id, arn, why }) => `- ${type} ${arn ?? id}: ${why}`);
  return [`Kept on purpose:\n${lines.join('\n')}`];
}

function environmentOf({ input }: Execution): string {
  return input.environment ?? 'an environment';
}

function said({ output }: Execution, key: string): string | undefined {
  const value = output[key];
  return typeof value === 'string' ? value : undefined;
}

function count({ output }: Execution, key: string, what: string): string | undefined {
  const value = output[key];
  return typeof value === 'number' && value > 0 ? `${value} ${what}${value === 1 ? '' : 's'}` : undefined;
}
