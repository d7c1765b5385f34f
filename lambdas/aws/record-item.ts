import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { NumberValueImpl, unmarshall } from '@aws-sdk/util-dynamodb';

/**
 * Returns an item as values of JavaScript. A number that JavaScript does not have stays a text in an object, which no
 * record has: `unmarshall` alone fails on some of them, and gives others as a BigInt, which JSON does not have.
 */
export function itemOf(attributes: Record<string, AttributeValue>): Record<string, unknown> {
  return unmarshall(attributes, {
    wrapNumbers: (text) => {
      const number = Number(text);
      return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : NumberValueImpl.from(text);
    },
  });
}
