import { checkRules, type MachineType } from '../../../states/definition/rules.ts';
import type { JsonObject } from '../../../states/json.ts';
import { task } from './machine.ts';

/** The functions return small definitions and their errors. */

export const machine = (states: JsonObject, more: JsonObject = {}): JsonObject => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
  ...more,
});
export const one = (state: JsonObject, more: JsonObject = {}) => machine({ S: state }, more);
export const pass = (more: JsonObject = {}) => ({ Type: 'Pass', End: true, ...more });
export const inner = (state: JsonObject) => ({ StartAt: 'I', States: { I: state } });
export const wait = (more: JsonObject) => one({ Type: 'Wait', End: true, ...more });
export const retry = (...Retry: JsonObject[]) => one(task('t', { Retry }));
export const tried = (more: JsonObject) => machine({ S: task('t', { Next: 'Z', ...more }), Z: pass() });
export const choice = (rule: JsonObject) =>
  machine({ S: { Type: 'Choice', Choices: [{ Next: 'Z', ...rule }], Default: 'Z' }, Z: pass() });
export const DISTRIBUTED = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
export const map = (more: JsonObject = {}, config: JsonObject = DISTRIBUTED) =>
  one({ Type: 'Map', ItemProcessor: { ProcessorConfig: config, ...inner(pass()) }, End: true, ...more });
export const ALL = ['States.ALL'];
export const SERVICE = 'arn:aws:states:::';

/** Returns every error of the definition as `CODE location: message`. */
export const findings = (definition: JsonObject, type?: MachineType): string[] =>
  checkRules(definition, type).map(({ code, location, message }) => `${code} ${location}: ${message}`);

export const literally = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
