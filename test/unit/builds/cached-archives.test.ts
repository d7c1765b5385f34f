import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ArchivePorts, archiveOf } from '../../../builds/terraform/cached-archives.ts';
import { lockedProviders, pathOf } from '../../../builds/terraform/providers.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const KEY = 'tools/terraform/1.11.4/terraform_1.11.4_linux_arm64.zip';
const archive = {
  key: KEY,
  checksums: [sha256('other platform'), sha256('good')],
  address: async () => 'https://x/t.zip',
};

interface World {
  /** The object is in the bucket. An error is the answer of S3. */
  kept?: string | Error;
  /** The downloads return these in order, and then the last one again. */
  served?: (string | Error)[];
  put?: Error;
}

/** @returns the result, the calls and the log */
async function run({ kept, served = ['good'], put }: World) {
  const done: string[] = [];
  const lines: string[] = [];
  const answers = [...served];
  const given = <T>(value: T | Error): T => {
    if (value instanceof Error) throw value;
    return value;
  };
  const ports: ArchivePorts = {
    get: async (key) => {
      done.push(`get ${key}`);
      return kept === undefined ? undefined : Buffer.from(given(kept));
    },
    put: async (key, content) => {
      done.push(`put ${key} ${content}`);
      if (put) throw put;
    },
    download: async (url) => {
      done.push(`download ${url}`);
      return Buffer.from(given((answers.length > 1 ? answers.shift() : answers[0]) ?? ''));
    },
    log: (line) => lines.push(line),
    pauseMs: 0,
  };
  const end = await archiveOf(archive, ports).then(String, (error: Error) => error.message);
  return { end, done, log: lines.join('\n') };
}

const [GET, DOWNLOAD, PUT] = [`get ${KEY}`, 'download https://x/t.zip', `put ${KEY} good`];

describe('an archive', () => {
  test.each<[string, World, string[], string | RegExp]>([
    ['that is kept is taken', { kept: 'good' }, [GET], 'good'],
    ['that is not kept is downloaded, and then kept', {}, [GET, DOWNLOAD, PUT], 'good'],
    ['that somebody has replaced is refused, and replaced', { kept: 'evil' }, [GET, DOWNLOAD, PUT], 'good'],
    ['that is cut short is refused', { kept: 'goo' }, [GET, DOWNLOAD, PUT], 'good'],
    ['that is empty is refused', { kept: '' }, [GET, DOWNLOAD, PUT], 'good'],
    ['that may not be read is downloaded', { kept: new Error('AccessDenied') }, [GET, DOWNLOAD, PUT], 'good'],
    ['that may not be kept is used', { put: new Error('AccessDenied') }, [GET, DOWNLOAD, PUT], 'good'],
    ['is asked for again', { served: [new Error('503'), 'good'] }, [GET, DOWNLOAD, DOWNLOAD, PUT], 'good'],
    [
      'that is another one is neither used nor kept',
      { served: ['evil'] },
      [GET, DOWNLOAD],
      /is not what its checksum says/,
    ],
    ['that is another one in both places is not used', { kept: 'evil', served: ['evil'] }, [GET, DOWNLOAD], /checksum/],
    [
      'that nobody serves',
      { served: [new Error('503')] },
      [GET, ...Array(4).fill(DOWNLOAD)],
      /could not be downloaded: 503/,
    ],
  ])('%s', async (_, world, done, end) => {
    const outcome = await run(world);
    expect(outcome.done).toEqual(done);
    if (typeof end === 'string') expect(outcome.end).toBe(end);
    else expect(outcome.end).toMatch(end);
  });

  test('that is refused is said to be, with what it is', async () => {
    const { log } = await run({ kept: 'evil' });
    expect(log).toContain(`WARNING: ${KEY} in the control bucket is refused: its SHA-256 is ${sha256('evil')}`);
  });
});

const read = (name: string) => readFileSync(resolve(import.meta.dirname, '../../..', name), 'utf8');

test.each(['bootstrap', 'stack'])(
  'the lock file of %s names its provider, with the checksums of its archives',
  (root) => {
    const [provider, ...others] = lockedProviders(read(`infra/aws-v3/${root}/.terraform.lock.hcl`));
    expect(others).toEqual([]);
    expect(provider).toMatchObject({ address: 'registry.terraform.io/hashicorp/aws', version: '5.100.0' });
    expect(provider?.checksums.length).toBeGreaterThan(10);
    expect(provider && pathOf(provider, 'linux_arm64')).toBe(
      'registry.terraform.io/hashicorp/aws/terraform-provider-aws_5.100.0_linux_arm64.zip',
    );
  },
);

const block = (name: string, ...lines: string[]) => `provider "${name}" {\n${lines.join('\n')}\n}\n`;
const VERSION = '  version     = "1.0.0"';
const HASHES = `  hashes = [\n    "h1:x",\n    "zh:${'a'.repeat(64)}",\n  ]`;

test.each<[string, string, string[]]>([
  ['two', block('r.io/a/b', VERSION, HASHES) + block('r.io/a/c', VERSION, HASHES), ['r.io/a/b', 'r.io/a/c']],
  ['one without checksums of archives', block('r.io/a/b', VERSION, '  hashes = [\n    "h1:x",\n  ]'), []],
  ['one without a version', block('r.io/a/b', HASHES), []],
  ['one whose name leads elsewhere', block('../../b', VERSION, HASHES), []],
  ['one of a version that leads elsewhere', block('r.io/a/b', '  version = "../1"', HASHES), []],
  ['none', '', []],
])('a lock file with %s', (_, text, addresses) => {
  expect(lockedProviders(text).map(({ address }) => address)).toEqual(addresses);
});
