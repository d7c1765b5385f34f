import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { buffer } from 'node:stream/consumers';

/**
 * Returns the body of a GET. The function does not use fetch: on a busy machine its parser may still be paused when the
 * server closes the connection, which ends the whole process with `assert(!this.paused)`.
 * @throws {Error} naming the answer, when its status is not 200
 */
export async function download(url: string): Promise<Buffer> {
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, resolve).once('error', reject);
  });
  const body = await buffer(response);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return body;
}
