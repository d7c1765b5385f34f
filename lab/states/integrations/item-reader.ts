import { StateError } from '../errors.ts';
import type { ReadItems } from '../interpreter/run.ts';
import type { Json } from '../json.ts';
import type { AwsClients } from './aws-clients.ts';

/** The lab reads these input types of an ItemReader; AWS also has CSV, Parquet and inventories. */
export const INPUT_TYPES = ['JSON', 'JSONL'];

/** Reads the items of a distributed Map from S3: a JSON or JSON Lines object, or a listing of objects. */
export function itemReader(aws: AwsClients): ReadItems {
  return async ({ resource, arguments: parameters, config }, signal) => {
    const action = resource.split(':').at(-1) === 'listObjectsV2' ? 'listObjectsV2' : 'getObject';
    const { result } = await aws.call('s3', action, parameters, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error instanceof StateError ? new StateError('States.ItemReaderFailed', error.reason) : error;
    });
    const items = action === 'listObjectsV2' ? (result.Contents ?? []) : parse(String(result.Body), config.InputType);
    if (!Array.isArray(items)) throw new StateError('States.ItemReaderFailed', 'The dataset is not a JSON array.');
    const most = config.MaxItems;
    return typeof most === 'number' && most > 0 ? items.slice(0, most) : items;
  };
}

function parse(text: string, inputType: Json | undefined): Json {
  try {
    if (inputType !== 'JSONL') return JSON.parse(text) as Json;
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => JSON.parse(line) as Json);
  } catch (error) {
    throw new StateError(
      'States.ItemReaderFailed',
      `Attempting to parse the dataset failed: ${(error as Error).message}`,
    );
  }
}
