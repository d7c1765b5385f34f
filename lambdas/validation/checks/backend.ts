import type { Conclusion } from '../../contracts/contracts.ts';
import { conclude, type Observation } from './conclude.ts';

export interface BackendObservation {
  bucket: string;
  bucketExists: boolean;
  /** The value is `Enabled`, `Suspended`, or absent when versioning was never enabled. */
  versioning?: string;
  /** These are the algorithms of the default encryption: `aws:kms`, `AES256`. */
  encryption: string[];
  /** These are the names of the four public access blocks that are off. */
  openToPublic: string[];
  stateKey: string;
  stateExists: boolean;
  table: string;
  /** The value is DynamoDB's status, or MISSING. */
  tableStatus: string;
  /** This is the name of the table's hash key. */
  hashKey?: string;
}

const EXPECTED =
  'state bucket versioned, encrypted and not public; lock table ACTIVE with the key LockID; the state is in the bucket';

export function backend(observation: BackendObservation): Conclusion {
  return conclude(EXPECTED, [...bucket(observation), lockTable(observation)], { ...observation });
}

function bucket(one: BackendObservation): Observation[] {
  if (!one.bucketExists) return [{ status: 'failed', text: `bucket ${one.bucket} does not exist` }];
  const say = (good: boolean, yes: string, no: string): Observation =>
    good ? { status: 'passed', text: yes } : { status: 'failed', text: `bucket ${one.bucket} ${no}` };
  return [
    say(one.versioning === 'Enabled', 'versioned', `is not versioned (${one.versioning ?? 'never enabled'})`),
    say(one.encryption.length > 0, `encrypted (${one.encryption.join(', ')})`, 'is not encrypted by default'),
    say(one.openToPublic.length === 0, 'not public', `does not block public access: ${one.openToPublic.join(', ')}`),
    say(one.stateExists, `holds ${one.stateKey}`, `has no ${one.stateKey}`),
  ];
}

function lockTable({ table, tableStatus, hashKey }: BackendObservation): Observation {
  if (tableStatus === 'CREATING' || tableStatus === 'UPDATING') {
    return { status: 'not-ready', text: `table ${table} is ${tableStatus}` };
  }
  if (tableStatus !== 'ACTIVE') return { status: 'failed', text: `table ${table} is ${tableStatus}` };
  if (hashKey !== 'LockID') return { status: 'failed', text: `table ${table} has the key ${hashKey}, not LockID` };
  return { status: 'passed', text: `lock table ${table} ACTIVE` };
}
