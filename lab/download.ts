import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** The time without a byte after which a download fails, in milliseconds. */
const SILENCE_MS = 60_000;

/**
 * Returns the body of a GET. The function does not use fetch: on a busy machine its parser may still be paused when the
 * server closes the connection, which ends the whole process with `assert(!this.paused)`.
 * @param progress is called with the bytes that have arrived, and with the size if the server gives one
 * @throws {Error} naming the answer, when its status is not 200; and when nothing arrives for a minute
 */
export async function download(
  url: string,
  progress?: (bytes: number, of: number | undefined) => void,
): Promise<Buffer> {
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(url, resolve).once('error', reject);
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error(`nothing arrived for ${SILENCE_MS / 1000} s`)));
  });
  if (progress) {
    const size = Number(response.headers['content-length']) || undefined;
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      progress(bytes, size);
    });
  }
  const body = await buffer(response);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return body;
}
