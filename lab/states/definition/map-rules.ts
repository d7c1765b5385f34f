import { INPUT_TYPES } from '../integrations/item-reader.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Findings } from './diagnostics.ts';
import { checkFields, checkOneOf, checkRequired } from './field-rules.ts';

const READERS = /^arn:[^:]+:states:::s3:(getObject|listObjectsV2)$/;

/**
 * AWS forbids these characters in the Label of a distributed Map, as in other names ("Map state in Distributed mode",
 * Label).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: AWS refuses control characters, so they must be named
const FORBIDDEN_IN_LABELS = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;
const LABEL_CHARACTERS = 40;

export function checkMap(state: JsonObject, at: string, findings: Findings, express: boolean): void {
  const { ItemProcessor: processor } = state;
  if (!isObject(processor)) {
    checkRequired(state, at, ['ItemProcessor'], findings);
    return;
  }
  const distributed = checkProcessor(processor, `${at}/ItemProcessor`, findings, express);
  if (state.ResultWriter !== undefined) findings.error(`${at}/ResultWriter`, 'ResultWriter is not available here');
  for (const field of ['ItemReader', 'ItemBatcher', 'Label']) {
    if (state[field] !== undefined && !distributed) {
      findings.error(`${at}/${field}`, `'${field}' is only supported in a Map with Mode DISTRIBUTED`);
    }
  }
  checkLabel(state, `${at}/Label`, findings);
  checkReader(state, at, findings);
}

/** @returns true when its iterations are executions of their own */
function checkProcessor(processor: JsonObject, at: string, findings: Findings, express: boolean): boolean {
  const { ProcessorConfig: config } = processor;
  checkFields(processor, at, ['Comment', 'ProcessorConfig', 'StartAt', 'States'], findings);
  if (!isObject(config)) return false;
  const path = `${at}/ProcessorConfig`;
  checkFields(config, path, ['Mode', 'ExecutionType'], findings);
  checkOneOf(config.Mode, `${path}/Mode`, ['INLINE', 'DISTRIBUTED'], findings);
  const distributed = config.Mode === 'DISTRIBUTED';
  if (!distributed && config.ExecutionType !== undefined) {
    findings.error(path, "Field 'ExecutionType' is not supported");
  }
  if (!distributed) return false;
  if (express) {
    const message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
    findings.error(`${path}/Mode`, message);
  }
  checkRequired(config, path, ['ExecutionType'], findings);
  checkOneOf(config.ExecutionType, `${path}/ExecutionType`, ['STANDARD', 'EXPRESS'], findings);
  if (config.ExecutionType === 'EXPRESS') {
    findings.error(`${path}/ExecutionType`, 'Iterations of type EXPRESS are not available here');
  }
  return true;
}

function checkLabel({ Label: label }: JsonObject, at: string, findings: Findings): void {
  if (label === undefined) return;
  const code = 'INVALID_LABEL_NAME';
  if (typeof label !== 'string') findings.error(at, 'Expected value of type String');
  else if (label === '') findings.error(at, 'A Label cannot be empty', code);
  else if (label.length > LABEL_CHARACTERS) {
    const message = `The Label '${label}' exceeds the ${LABEL_CHARACTERS}-character limit allowed by the service`;
    findings.error(at, message, code);
  } else if (FORBIDDEN_IN_LABELS.test(label)) {
    findings.error(at, `The Label ${JSON.stringify(label)} contains a character that is not allowed`, code);
  }
}

function checkReader({ ItemReader: reader, Items }: JsonObject, at: string, findings: Findings): void {
  if (reader !== undefined && Items !== undefined) findings.error(at, "'Items' and 'ItemReader' exclude each other");
  if (!isObject(reader)) return;
  const path = `${at}/ItemReader`;
  if (typeof reader.Resource !== 'string' || !READERS.test(reader.Resource)) {
    findings.error(`${path}/Resource`, "The field 'Resource' does not match any of the allowed values");
  }
  const inputType = isObject(reader.ReaderConfig) ? reader.ReaderConfig.InputType : undefined;
  if (inputType !== undefined && !INPUT_TYPES.includes(String(inputType))) {
    const message = `The InputType '${String(inputType)}' is not available here; there are: ${INPUT_TYPES.join(', ')}`;
    findings.error(`${path}/ReaderConfig/InputType`, message);
  }
}
