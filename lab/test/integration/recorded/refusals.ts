import { expect, test } from 'vitest';

/**
 * AWS gave these answers in recordings that others have published, the AWS-validated snapshots of LocalStack
 * (https://github.com/localstack/localstack/tree/main/tests/aws/services). Each row has the name of its test there.
 */
export interface Refusal {
  /** The test of the recording. */
  recorded: string;
  call(): Promise<unknown>;
  /** The error's name in the SDK: of the service's model, or the code. */
  name: string;
  message?: string;
  status: number;
}

/** @throws when the call is answered, or fails before it is sent */
export async function refusalOf(call: () => Promise<unknown>) {
  const error = await call().then(
    (answer) => {
      throw new Error(`the call was answered: ${JSON.stringify(answer)?.slice(0, 300)}`);
    },
    (reason: Error & { $metadata?: { httpStatusCode?: number } }) => reason,
  );
  if (!error.$metadata) throw error;
  return { name: error.name, message: error.message, status: error.$metadata.httpStatusCode };
}

export function refuses(rows: Refusal[]): void {
  test.each(rows)('$recorded: $name $status', async ({ call, recorded: _, ...expected }) => {
    expect(await refusalOf(call)).toMatchObject(expected);
  });
}
