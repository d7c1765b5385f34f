import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';

/** Short links: `POST /links` with `{"url": …}`, `GET /<code>`, `DELETE /<code>`. */

const dynamodb = new DynamoDBClient();
const TableName = process.env.TABLE;

const json = (statusCode, body) => ({ statusCode, body: JSON.stringify(body) });

export async function handler({ rawPath, requestContext, body, isBase64Encoded }) {
  const { method } = requestContext.http;
  if (method === 'POST' && rawPath === '/links') return create(isBase64Encoded ? atob(body) : body);
  const code = /^\/(\w{8})$/.exec(rawPath)?.[1];
  if (code && method === 'GET') return follow(code);
  if (code && method === 'DELETE') return remove(code);
  return json(404, { message: 'nothing is here' });
}

async function create(body) {
  const url = urlIn(body);
  if (!url) return json(400, { message: 'the body must be {"url": …} with an https address' });
  const code = randomBytes(4).toString('hex');
  const ConditionExpression = 'attribute_not_exists(code)';
  const Item = { code: { S: code }, url: { S: url } };
  await dynamodb.send(new PutItemCommand({ TableName, Item, ConditionExpression }));
  return json(201, { code });
}

async function follow(code) {
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName, Key: { code: { S: code } }, ConsistentRead: true }),
  );
  return Item
    ? { statusCode: 302, headers: { location: Item.url.S } }
    : json(404, { message: `no link is called ${code}` });
}

async function remove(code) {
  await dynamodb.send(new DeleteItemCommand({ TableName, Key: { code: { S: code } } }));
  return { statusCode: 204 };
}

function urlIn(body) {
  try {
    const { url } = JSON.parse(body);
    return new URL(url).protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}
