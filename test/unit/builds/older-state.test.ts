import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Build, Root } from '../../../builds/terraform/build.ts';
import { plan } from '../../../builds/terraform/plan.ts';
import { SERIAL } from '../../../builds/terraform/run-files.ts';
import { zip } from '../../../lab/test/support/zip.ts';

/** A plan contains the state from which Terraform created it. Its serial is compared with that of the last apply. */

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'older-state-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

async function planned(state: object, noted: string | undefined) {
  const build = {
    work,
    settings: { controlBucket: 'control', runKey: 'environments/dev/runs/r' },
    signals: { stopped: false },
    terraform: {
      run: async () => {
        writeFileSync(join(work, 'it.tfplan'), zip({ tfstate: JSON.stringify(state) }));
        return { status: 2, events: [] };
      },
    },
  } as unknown as Build;
  const found = new Map(noted === undefined ? [] : [[SERIAL, Buffer.from(noted)] as const]);
  const root = { folder: work, bucket: 'state', key: 'k', found, variablesFile: 'v' } as unknown as Root;
  return plan(build, root, 'it.tfplan');
}

test.each<[string, object, string | undefined]>([
  ['nothing was applied before', { lineage: 'l', serial: 1 }, undefined],
  ['it is what the last apply wrote', { lineage: 'l', serial: 7 }, 'l 7'],
  ['it is a later version', { lineage: 'l', serial: 8 }, 'l 7'],
  ['it is another state, which has its own check', { lineage: 'm', serial: 1 }, 'l 7'],
])('a plan goes on where %s', async (_, state, noted) => {
  expect((await planned(state, noted)).any).toBe(true);
});

test('a plan of an older version of the state than the last apply wrote is refused, with what to do', async () => {
  await expect(planned({ lineage: 'l', serial: 6 }, 'l 7')).rejects.toThrow(
    /s3:\/\/state\/k has serial 6, and the last apply wrote 7.*where it is lost, remove s3:\/\/control\/environments\/dev\/runs\/r\/stack\.serial/,
  );
});
