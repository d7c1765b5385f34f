import { createServer, type Server, type ServerResponse } from 'node:http';
import { GetObjectCommand, NoSuchKey } from '@aws-sdk/client-s3';
import { BOARD_PAGE } from '../lambdas/contracts/board.ts';
import type { OperatorAccount } from './commands/account.ts';
import { explain } from './explain.ts';

/** The server sends pages and nothing else of the bucket, because plans and states contain secrets. */
const PAGE =
  /^(board\/index|environments\/[a-z0-9-]+\/runs\/[\w-]+\/(index|certificate|validations\/[\w-]+\/report))\.html$/;
const LOCAL = '127.0.0.1';

export interface ServedBoard {
  address: string;
  close(): Promise<void>;
}

/**
 * Serves the board and its pages on this machine from the control bucket, with the permissions of the operator.
 * @param port the default is a free port
 */
export async function serveBoard(
  { s3, controlBucket }: Pick<OperatorAccount, 's3' | 'controlBucket'>,
  port = 0,
): Promise<ServedBoard> {
  const server = createServer((request, response) => {
    const own = `${LOCAL}:${portOf(server)}`;
    // A website whose host name resolves to this machine sends another host name.
    if (request.headers.host !== own) return refuse(response, 403, `this is ${own} alone`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'pages are only read here');
    const path = new URL(request.url ?? '/', `http://${own}`).pathname;
    if (path === '/') return redirect(response, `/${BOARD_PAGE}`);
    const key = path.slice(1);
    if (!PAGE.test(key)) return refuse(response, 404, 'there is no such page');
    read(key).then(
      (page) => (page === undefined ? refuse(response, 404, missing(key)) : answer(response, page)),
      (error) => refuse(response, 502, `${key} cannot be read: ${explain(error, {})}`),
    );
  });
  const read = async (key: string): Promise<string | undefined> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: controlBucket, Key: key }));
      return await Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOCAL, resolve);
  });
  return {
    address: `http://${LOCAL}:${portOf(server)}/${BOARD_PAGE}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function missing(key: string): string {
  if (key === BOARD_PAGE)
    return 'The board is not written yet: it is at the next event of an environment, and every hour.';
  return 'This page is not written yet, or is not kept any more.';
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function answer(response: ServerResponse, page: string): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }).end(page);
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { ...HEADERS, location }).end();
}
