import assert from 'node:assert/strict';
import test from 'node:test';

/** The build of the check gets the variable: see ../runbook.config.ts. */
const get = (path) => fetch(`http://${process.env.API_HOST}${path}`, { signal: AbortSignal.timeout(10_000) });

test('the service is well', async () => {
  const response = await get('/health');
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { healthy: true });
});

test('the service says hello', async () => {
  const { hello } = await (await get('/')).json();
  assert.ok(hello, 'nobody is greeted');
});
