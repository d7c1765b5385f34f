import { createServer } from 'node:http';

/** Says hello, and that it is well. */
const server = createServer((request, response) => {
  console.log(JSON.stringify({ method: request.method, path: request.url }));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(request.url === '/health' ? { healthy: true } : { hello: process.env.NAME ?? 'world' }));
});
server.listen(8080);
// ECS asks a task to stop before it ends it.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
