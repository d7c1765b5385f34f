import { DeleteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { clientConfig } from './config.ts';

const dynamodb = new DynamoDBClient(clientConfig);

/** @returns the lock's description as Terraform wrote it; undefined when nothing is locked */
export async function lockIn(TableName: string, id: string): Promise<string | undefined> {
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName, Key: { LockID: { S: id } }, ConsistentRead: true }),
  );
  return Item?.Info?.S;
}

/** Deletes the item of a lock, unless another lock has taken its place. */
export async function deleteLock(TableName: string, id: string, lock: string): Promise<void> {
  await dynamodb.send(
    new DeleteItemCommand({
      TableName,
      Key: { LockID: { S: id } },
      ConditionExpression: 'attribute_not_exists(LockID) OR contains(Info, :id)',
      ExpressionAttributeValues: { ':id': { S: lock } },
    }),
  );
}

export async function deleteChecksum(TableName: string, id: string): Promise<void> {
  await dynamodb.send(new DeleteItemCommand({ TableName, Key: { LockID: { S: `${id}-md5` } } }));
}
