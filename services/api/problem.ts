import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isUnavailable } from '../shared/database.ts';

/** Sends a response with problem details (RFC 9457). */
export function sendProblem(reply: FastifyReply, status: number, detail: string) {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail });
}

/** Logs an internal error. The response does not contain its text, which may name hosts and statements. */
export function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const status = error.statusCode ?? (isUnavailable(error) ? 503 : 500);
  if (status < 500) return sendProblem(reply, status, error.message);
  request.log.error({ err: error }, 'request failed');
  return sendProblem(reply, status, `The request could not be served; its correlation id is ${request.id}.`);
}
