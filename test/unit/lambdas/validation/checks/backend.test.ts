import { describe, expect, test } from 'vitest';
import { type BackendObservation, backend } from '../../../../../lambdas/validation/checks/backend.ts';

const good: BackendObservation = {
  bucket: 'b',
  bucketExists: true,
  versioning: 'Enabled',
  encryption: ['AES256'],
  openToPublic: [],
  stateKey: 'stack/terraform.tfstate',
  stateExists: true,
  table: 't',
  tableStatus: 'ACTIVE',
  hashKey: 'LockID',
};
const { versioning: _, ...neverVersioned } = good;

const rows: [string, BackendObservation, string, RegExp][] = [
  ['all well', good, 'passed', /versioned; encrypted \(AES256\); not public/],
  ['no bucket', { ...good, bucketExists: false }, 'failed', /bucket b does not exist/],
  ['versioning suspended', { ...good, versioning: 'Suspended' }, 'failed', /Suspended/],
  ['versioning never enabled', neverVersioned, 'failed', /never enabled/],
  ['no encryption', { ...good, encryption: [] }, 'failed', /not encrypted/],
  ['one block of four is off', { ...good, openToPublic: ['BlockPublicPolicy'] }, 'failed', /BlockPublicPolicy/],
  ['no state', { ...good, stateExists: false }, 'failed', /has no stack/],
  ['no table', { ...good, tableStatus: 'MISSING' }, 'failed', /t is MISSING/],
  ['a table in the making', { ...good, tableStatus: 'CREATING' }, 'not-ready', /CREATING/],
  ['a table going away', { ...good, tableStatus: 'DELETING' }, 'failed', /DELETING/],
  ['another key', { ...good, hashKey: 'id' }, 'failed', /key id, not LockID/],
];

describe('backend', () => {
  test.each(rows)('%s', (_name, observation, status, observed) => {
    expect(backend(observation)).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });
});
