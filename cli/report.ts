import type { Finding } from '../lambdas/contracts/contracts.ts';
import { checkSymbol, clip, type Paint, visible } from './format.ts';
import type { ExecutionEnd } from './timeline-event.ts';

const WIDTH = 200;

/**
 * Returns the results of an execution, which are below its last line: the checks that did not pass, and the verdict of
 * a sweep.
 */
export function report({ checks: all, evidence, sweep }: ExecutionEnd, paint: Paint): string[] {
  // Checks that passed were shown when they ended.
  const checks = all.filter(({ status }) => status !== 'passed');
  const width = Math.max(0, ...checks.map(({ check }) => check.length));
  const lines = checks.flatMap(({ check, status, expected, observed }) => [
    `${checkSymbol(status, paint)} ${check.padEnd(width)}  ${clip(observed, WIDTH)}`,
    ...(expected ? [`  ${' '.repeat(width)}  ${paint('dim', `expected ${clip(expected, WIDTH)}`)}`] : []),
  ]);
  if (evidence) lines.push(`evidence  ${evidence}`);
  if (sweep) {
    const colour = sweep.verdict === 'CLEAN' ? 'green' : sweep.verdict === 'LEFTOVERS' ? 'red' : 'yellow';
    lines.push(`${paint(colour, sweep.verdict)}  ${clip(sweep.summary, WIDTH)}`);
    lines.push(...sweep.leftovers.map((finding) => `${paint('red', '✗')} ${describe(finding)}`));
    lines.push(...sweep.unknown.map((finding) => `${paint('yellow', '?')} ${describe(finding)}`));
    if (sweep.certificate) lines.push(`certificate  ${sweep.certificate}`);
  }
  return lines;
}

const describe = ({ service, type, id, reason }: Finding) =>
  `${service} ${type} ${visible(id)}  ${clip(reason, WIDTH)}`;
