import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dockerEnvironment } from '../../lab/docker/environment.ts';
import { type Lab, startLab } from '../../lab/lab.ts';

const PROJECT = join(import.meta.dirname, '../..');
let lab: Lab;
let directory: string;
beforeAll(async () => {
  lab = await startLab({ services: [] });
  directory = mkdtempSync(join(tmpdir(), 'service-images-'));
});
afterAll(async () => {
  await lab?.stop();
  rmSync(directory, { recursive: true, force: true });
});

test.each(['api', 'worker'])(
  'the image of %s holds its bundle, the migrations and the certificates of RDS',
  async (service) => {
    const { path, variables } = dockerEnvironment(lab.context, join(directory, service));
    const env = { ...lab.environment, ...variables, PATH: `${path}:${process.env.PATH}`, TMPDIR: directory };
    const args = ['build', '--quiet', '--file', `services/${service}/Dockerfile`, '--tag', service, 'services'];
    const { stdout } = await promisify(execFile)('docker', args, { env, cwd: PROJECT });
    const image = join(directory, service, 'images', stdout.trim(), 'rootfs/app');
    expect(readdirSync(image).sort()).toEqual(['main.mjs', 'migrate.mjs', 'rds-ca.pem']);
  },
);
