import { describe, expect, test } from 'vitest';
import type { Certificate } from '../../../../lambdas/contracts/certificate.ts';
import type { Finding } from '../../../../lambdas/contracts/contracts.ts';
import type { LastSweep } from '../../../../lambdas/contracts/record.ts';
import { fileText } from '../../../../lambdas/contracts/signature.ts';
import {
  SWEEP_FAMILIES,
  type SweepEntry,
  type VerdictEvent,
  verdictResult,
} from '../../../../lambdas/contracts/sweep-request.ts';
import { recordVerdict } from '../../../../lambdas/environment/record-verdict.ts';
import { DependencyError } from '../../../../lambdas/runtime/errors.ts';
import { type CertifyPorts, certifySweep } from '../../../../lambdas/sweep/certify-sweep.ts';
import { Records } from '../../../support/records.ts';
import { aRecord, aRequest, arnOf, fakeClock, RUN, sdkError } from '../support/fixtures.ts';

const request = aRequest({ machine: 'sweep' });
const base = `environments/dev/runs/${RUN}`;
const at = '2026-01-31T12:00:00Z';
const EARLIER = '2026-01-31T11:00:00Z';
const left: Finding = { service: 'sqs', type: 'queue', id: 'q', status: 'PRESENT', source: 'name', reason: 'url' };

interface Stored {
  passes: VerdictEvent['passes'];
  files: Map<string, string>;
}

/** Returns two passes in which SQS has these findings and every other service has none. */
function swept(findings: Finding[] = []): Stored {
  const files = new Map<string, string>();
  const passes = [1, 2].map((pass) =>
    SWEEP_FAMILIES.map((services) => {
      const key = `${base}/sweeps/mine/pass-${pass}-${services[0]}.json`;
      const entries: SweepEntry[] = services.map((service) => ({
        service,
        pass,
        findings: service === 'sqs' ? findings : [],
      }));
      files.set(key, JSON.stringify(entries));
      return { services: [...services], pass, startedAt: at, endedAt: at, present: 0, unknown: 0, absent: 0, key };
    }),
  );
  return { passes, files };
}

async function certify({ passes, files }: Stored, changes: Partial<CertifyPorts> = {}, name = 'mine') {
  const written: Certificate[] = [];
  const pages: [string, string][] = [];
  const recorded: unknown[] = [];
  const result = await certifySweep(
    { request: { ...request, execution: { ...request.execution, id: arnOf('sweep', name), name } }, passes },
    {
      bucket: 'control',
      read: async (key) => {
        const text = files.get(key);
        return text === undefined ? { kind: 'no-object' } : { kind: 'found', text };
      },
      readVersion: async () => ({ text: undefined, etag: undefined }),
      sign: async () => undefined,
      isSigned: async () => true,
      replaceJson: async (_, value) => Boolean(written.push(value as Certificate)),
      writePage: async (...page) => Boolean(pages.push(page)),
      inventory: async () => [],
      recordSweep: async (...record) => Boolean(recorded.push(record)),
      loadRecord: async () => null,
      emit: () => {},
      clock: fakeClock(),
      ...changes,
    },
  );
  return { result: verdictResult.parse(result), written, pages, recorded };
}

describe('a certificate', () => {
  test('of a sweep that found nothing', async () => {
    const { result, written, pages, recorded } = await certify(swept());
    const [key, html] = [`${base}/certificate.json`, `${base}/certificate.html`];
    expect(result).toMatchObject({ verdict: 'CLEAN', certificate: { bucket: 'control', key, html } });
    expect(written[0]).toMatchObject({ verdict: 'CLEAN', sweeps: [{ leftovers: [], unknown: [] }] });
    expect(pages).toEqual([[html, expect.stringContaining('CLEAN')]]);
    expect(recorded).toEqual([['dev', RUN, expect.objectContaining({ verdict: 'CLEAN', certificate: key })]]);
  });

  test('is signed over everything else, and is written in the one way that it has', async () => {
    const signature = { algorithm: 'ECDSA_SHA_256', key: 'arn:k', value: 'c2ln' } as const;
    const asked: unknown[] = [];
    const { written, pages } = await certify(swept(), {
      sign: async (content) => {
        asked.push(content);
        return signature;
      },
    });
    const [whole] = written as unknown as Record<string, unknown>[];
    expect(whole?.signature).toEqual(signature);
    const { signature: _, ...content } = whole ?? {};
    expect(asked).toEqual([content]);
    expect(`${JSON.stringify(whole, null, 2)}\n`).toBe(fileText(whole ?? {}));
    expect(pages[0]?.[1]).toContain('npx runbook verify certificate.json');
  });

  test('is written without a signature, when there is none', async () => {
    const { result, written, pages } = await certify(swept());
    expect(result.verdict).toBe('CLEAN');
    expect(written[0]).not.toHaveProperty('signature');
    expect(pages[0]?.[1]).toContain('the log of runbook-verdict says why');
  });

  test('has everything, and the result only so much', async () => {
    const many = Array.from({ length: 80 }, (_, index) => ({ ...left, id: `q-${index}` }));
    const { result, written, recorded } = await certify(swept(many));
    expect(result.verdict).toBe('LEFTOVERS');
    const named = many.slice(0, 20).map(({ id }) => `sqs queue ${id}`);
    expect(recorded).toEqual([['dev', RUN, expect.objectContaining({ verdict: 'LEFTOVERS', left: named })]]);
    expect(result.leftovers).toHaveLength(50);
    expect(written[0]?.sweeps[0]?.leftovers).toHaveLength(80);
  });

  test('is appended to what another sweep wrote in the meantime', async () => {
    const { written: others } = await certify(swept([left]));
    const theirs = {
      ...others[0],
      sweeps: others[0]?.sweeps.map((one) => ({ ...one, execution: 'another', at: EARLIER })),
    };
    const versions = [
      { text: undefined, etag: undefined },
      { text: JSON.stringify(theirs), etag: 'theirs' },
    ];
    const tried: [Certificate, string | undefined][] = [];
    const { result } = await certify(swept(), {
      readVersion: async () => versions.shift() ?? { text: undefined, etag: undefined },
      replaceJson: async (_, value, etag) => tried.push([value as Certificate, etag]) === 2,
    });
    expect(tried.map(([, etag]) => etag)).toEqual([undefined, 'theirs']);
    expect(tried[1]?.[0].sweeps.map(({ verdict }) => verdict)).toEqual(['LEFTOVERS', 'CLEAN']);
    expect(result.verdict).toBe('CLEAN');
  });

  test('says why the removal before left what it left, and does without a report that cannot be read', async () => {
    const kept = [{ service: 'sqs', type: 'queue', id: 'q', reason: 'AccessDenied: not authorized' }];
    const report = { execution: 'e', phase: 'rest', removed: [], kept, blocked: [], left: [], lastProgress: 0 };
    const stored = swept([left]);
    stored.files.set(`${base}/unmanaged.json`, JSON.stringify(report));
    const { result, written } = await certify(stored);
    expect(result.summary).toContain('not removed: queue q: AccessDenied: not authorized');
    expect(written[0]?.sweeps[0]?.leftovers[0]?.reason).toBe('url; not removed: AccessDenied: not authorized');
    stored.files.set(`${base}/unmanaged.json`, '{');
    expect((await certify(stored)).result).toMatchObject({ verdict: 'LEFTOVERS', leftovers: [{ reason: 'url' }] });
  });

  test('says why of what it was that was left, where two regions have one of that name', async () => {
    const there = { ...left, arn: 'arn:aws:sqs:us-east-1:123456789012:q' };
    const kept = [{ ...{ service: 'sqs', type: 'queue', id: 'q' }, arn: there.arn, reason: 'it is locked' }];
    const report = { execution: 'e', phase: 'rest', removed: [], kept, blocked: [], left: [], lastProgress: 0 };
    const stored = swept([left, there]);
    stored.files.set(`${base}/unmanaged.json`, JSON.stringify(report));
    const { result } = await certify(stored);
    expect(result.leftovers.map(({ reason }) => reason)).toEqual(['url', 'url; not removed: it is locked']);
  });

  test('that nobody lets us write is no verdict', async () => {
    await expect(certify(swept(), { replaceJson: async () => false })).rejects.toMatchObject({
      name: 'DependencyError',
    });
  });

  test('is begun anew when what lies there is none', async () => {
    const { written } = await certify(swept(), { readVersion: async () => ({ text: '{"version":7}', etag: 'e' }) });
    expect(written[0]?.sweeps).toHaveLength(1);
  });

  test('needs neither a page nor a readable inventory', async () => {
    const { result, written } = await certify(swept(), {
      writePage: async () => false,
      inventory: () => Promise.reject(new DependencyError('malformed')),
    });
    expect(result.certificate).toEqual({ bucket: 'control', key: `${base}/certificate.json` });
    expect(written[0]?.existed).toEqual([]);
  });

  test('lists what is kept on purpose, which is no leftover', async () => {
    const stored = swept();
    for (const pass of [1, 2]) {
      const key = `${base}/sweeps/mine/pass-${pass}-sqs.json`;
      const entries = JSON.parse(stored.files.get(key) ?? '[]') as SweepEntry[];
      const more = entries.map((one) =>
        one.service === 'sqs'
          ? {
              ...one,
              excluded: [
                { ...left, why: 'audit' },
                { ...left, id: 'r', status: 'ABSENT', why: 'audit' },
              ],
            }
          : one,
      );
      stored.files.set(key, JSON.stringify(more));
    }
    const { result, written } = await certify(stored);
    expect(result).toMatchObject({
      verdict: 'CLEAN',
      summary: expect.stringContaining('1 kept on purpose: sqs queue q'),
    });
    expect(written[0]?.sweeps[0]?.excluded).toEqual([{ ...left, why: 'audit' }]);
  });
});

/** What lies there is whoever's who may write it: a signature vouches for no other's words. */
describe('a certificate that somebody has changed', () => {
  const signature = { algorithm: 'ECDSA_SHA_256', key: 'arn:k', value: 'c2ln' } as const;
  const sign = async () => signature;
  const earlier = async (changes: Record<string, unknown> = {}, ofSweep: Record<string, unknown> = {}) => {
    const { written } = await certify(swept([left]), {}, 'earlier');
    const sweeps = written[0]?.sweeps.map((one) => ({ ...one, at: EARLIER, ...ofSweep }));
    return JSON.stringify({ ...written[0], signature, ...changes, sweeps });
  };
  const over = async (text: string, isSigned: boolean, findings: Finding[] = []) => {
    const stored = [text];
    const written: Certificate[] = [];
    const certified = await certify(swept(findings), {
      sign,
      isSigned: async () => isSigned,
      readVersion: async () => ({ text: stored.at(-1), etag: 'e' }),
      replaceJson: async (_, value) => stored.push(JSON.stringify(value)) === written.push(value as Certificate) + 1,
    });
    return { ...certified, written };
  };

  test('is appended to, and not signed again', async () => {
    const { written, result } = await over(await earlier(), false);
    expect(written[0]?.sweeps.map(({ verdict }) => verdict)).toEqual(['LEFTOVERS', 'CLEAN']);
    expect(written[0]).not.toHaveProperty('signature');
    expect(result.verdict).toBe('CLEAN');
  });

  test('is asked for as it lies there, whatever this version knows of it', async () => {
    const asked: unknown[] = [];
    const text = await earlier({ added: 'by a later version' });
    const { written } = await certify(swept(), {
      sign,
      isSigned: async (content) => asked.push(content) > 0,
      readVersion: async () => ({ text, etag: 'e' }),
    });
    expect(asked).toEqual([JSON.parse(text)]);
    expect(written[0]).toMatchObject({ signature });
  });

  test('decides no verdict by a sweep that is yet to come', async () => {
    const text = await earlier({}, { verdict: 'CLEAN', leftovers: [], at: '2099-01-31T12:00:00Z' });
    const { written, recorded, result } = await over(text, false, [left]);
    expect(written[0]).toMatchObject({ verdict: 'LEFTOVERS', at, sweeps: [{ verdict: 'LEFTOVERS' }] });
    expect(recorded).toEqual([['dev', RUN, expect.objectContaining({ verdict: 'LEFTOVERS' })]]);
    expect(result.verdict).toBe('LEFTOVERS');
  });

  test.each([{ environment: 'live' }, { run: 'dev-20250131T120000-abc123' }])(
    'is begun anew where it is about %j, whoever has signed it',
    async (changes) => {
      const { written } = await over(await earlier(changes), true);
      expect(written[0]).toMatchObject({ environment: 'dev', run: RUN, signature, sweeps: [{ verdict: 'CLEAN' }] });
    },
  );
});

describe('what a call found', () => {
  const key = `${base}/sweeps/mine/pass-2-rds.json`;
  test.each<[string, (files: Map<string, string>) => void, RegExp]>([
    ['is not there', (files) => files.delete(key), /no-object/],
    ['is cut off', (files) => files.set(key, '[{"service":"rds"'), /SyntaxError/],
    ['is something else', (files) => files.set(key, '[{"service":"rds","pass":2}]'), /ZodError/],
    ['lacks a service', (files) => files.set(key, '[{"service":"rds","pass":2,"findings":[]}]'), /0 results in pass 2/],
  ])('that %s is unknown, not nothing', async (_name, spoil, reason) => {
    const stored = swept();
    spoil(stored.files);
    const { result } = await certify(stored);
    expect(result.verdict).toBe('INCONCLUSIVE');
    expect(result.unknown.map(({ service }) => service)).toEqual(expect.arrayContaining(['s3', 'kms']));
    expect(result.unknown.map((one) => one.reason).join()).toMatch(reason);
  });

  test('that failed is unknown for each of its services', async () => {
    const stored = swept();
    const services = [...(SWEEP_FAMILIES[2] ?? [])];
    stored.passes[1]?.splice(2, 1, { services, pass: 2, error: 'States.Timeout', cause: '' });
    const { result } = await certify(stored);
    expect(result.verdict).toBe('INCONCLUSIVE');
    expect(result.unknown.map(({ service }) => service).sort()).toEqual(services.sort());
  });

  test('that S3 does not give now may be asked for again', async () => {
    const read = () => Promise.reject(sdkError('SlowDown', 503));
    await expect(certify(swept(), { read })).rejects.toThrow('SlowDown');
  });
});

/** No claim protects an environment during a delayed sweep, so the findings may be those of its next life. */
describe('an environment that lives again when the verdict is given', () => {
  const NEXT = 'dev-20300201T100000-fedcba';

  test.each(['PROVISIONING', 'LIVE', 'FAILED', 'TEARING_DOWN'] as const)('%s is called no leftover', async (status) => {
    const emitted: unknown[] = [];
    const { result, written, pages, recorded } = await certify(swept([left]), {
      loadRecord: async () => aRecord({ run: NEXT, status }),
      emit: (measurements) => emitted.push(...measurements),
    });
    expect(result).toMatchObject({ verdict: 'SUPERSEDED', leftovers: [], unknown: [] });
    expect(result.summary).toContain(NEXT);
    // No page has a command that deletes a live resource.
    expect({ written, pages, recorded, emitted }).toEqual({ written: [], pages: [], recorded: [], emitted: [] });
  });

  test.each([
    ['the run that is swept', aRecord({ run: RUN, status: 'FAILED' })],
    ['a later life that is gone, too', aRecord({ run: NEXT, status: 'GONE' })],
    ['no life at all', null],
  ])('is none for %s', async (_, record) => {
    const { result, written } = await certify(swept([left]), { loadRecord: async () => record });
    expect(result.verdict).toBe('LEFTOVERS');
    expect(written).toHaveLength(1);
  });
});

describe('what was seen long ago', () => {
  const TEN_DAYS_LATER = fakeClock(Date.parse('2026-02-10T12:00:00Z'));

  test.each([
    ['nothing', []],
    ['a leftover', [left]],
  ])('is no verdict of today, when "Give verdict" alone is redriven: %s', async (_name, findings) => {
    const written: unknown[] = [];
    const redriven = certify(swept(findings), {
      clock: TEN_DAYS_LATER,
      replaceJson: async (...one) => written.push(one) > 0,
      writePage: async (...one) => written.push(one) > 0,
      recordSweep: async (...one) => written.push(one) > 0,
    });
    await expect(redriven).rejects.toMatchObject({
      name: 'SafetyError',
      message: expect.stringContaining(at.slice(0, 19)),
    });
    expect(written).toEqual([]);
  });

  test('a clean sweep does not replace the leftovers that another one has seen since', async () => {
    const { written: others } = await certify(swept([left]));
    const later = '2026-01-31T12:00:09Z';
    const sweeps = others[0]?.sweeps.map((one) => ({ ...one, execution: 'arn:later', at: later }));
    const text = JSON.stringify({ ...others[0], at: later, sweeps });
    const { result, written, pages, recorded } = await certify(swept(), {
      readVersion: async () => ({ text, etag: 'e' }),
    });
    expect(written[0]).toMatchObject({
      verdict: 'LEFTOVERS',
      at: later,
      sweeps: [{ verdict: 'CLEAN' }, { verdict: 'LEFTOVERS' }],
    });
    expect(pages.at(-1)?.[1]).toContain('LEFTOVERS');
    expect(recorded).toEqual([
      ['dev', RUN, expect.objectContaining({ verdict: 'LEFTOVERS', at: later, execution: 'arn:later' })],
    ]);
    expect(result).toMatchObject({ verdict: 'LEFTOVERS', summary: expect.stringContaining('seen by arn:later') });
  });
});

/** EventBridge Scheduler delivers at least once, and a person may start a sweep at the same time. */
describe('two sweeps of a run that end at once', () => {
  const stages = ['replaceJson', 'writePage', 'recordSweep'] as const;

  test.each(
    stages.flatMap((stage) => ([true, false] as const).map((before) => [before ? 'before' : 'after', stage] as const)),
  )('leave one verdict in certificate, page and record, when one ends %s %s of the other', async (when, stage) => {
    for (const [mine, theirs] of [
      [[], [left]],
      [[left], []],
    ] as const) {
      let stored = { text: undefined as string | undefined, version: 0 };
      let page = '';
      const records = new Records();
      records.byName.set('dev', aRecord({ status: 'GONE' }));
      const ports = (): Partial<CertifyPorts> => ({
        loadRecord: records.loadRecord,
        readVersion: async () => ({ text: stored.text, etag: String(stored.version) }),
        replaceJson: async (_, value, etag) => {
          if (etag !== String(stored.version)) return false;
          stored = { text: JSON.stringify(value), version: stored.version + 1 };
          return true;
        },
        writePage: async (_, text) => {
          page = text;
          return true;
        },
        recordSweep: (environment, run, lastSweep) => recordVerdict(environment, run, { lastSweep }, records),
      });
      const own = ports();
      const call = own[stage] as (...args: unknown[]) => Promise<boolean>;
      let raced = false;
      const other = async () => {
        if (raced) return;
        raced = true;
        await certify(swept([...theirs]), ports(), 'theirs');
      };
      const racing = async (...args: unknown[]) => {
        if (when === 'before') await other();
        const done = await call(...args);
        if (when === 'after') await other();
        return done;
      };
      await certify(swept([...mine]), { ...own, [stage]: racing }, 'mine');
      const { verdict, sweeps } = JSON.parse(stored.text ?? '{}') as Certificate;
      expect(sweeps).toHaveLength(2);
      expect(verdict).toBe('LEFTOVERS');
      expect(records.byName.get('dev')?.lastSweep?.verdict).toBe('LEFTOVERS');
      expect(page).toContain('teardown LEFTOVERS');
    }
  });
});

/** KMS may fail for a while. The record says what this function has written, and nobody else writes that to it. */
describe('a certificate that KMS did not sign, or cannot verify', () => {
  const signature = { algorithm: 'ECDSA_SHA_256', key: 'arn:k', value: 'c2ln' } as const;

  function account() {
    let text: string | undefined;
    let lastSweep: LastSweep | undefined;
    return {
      change: (by: (from: string) => string) => {
        text = by(text ?? '');
      },
      sweep: async (name: string, isUp: boolean, run = RUN) => {
        await certify(
          swept(),
          {
            sign: async () => (isUp ? signature : undefined),
            isSigned: async (content) => isUp && 'signature' in content && text?.includes('"by":"nobody"') !== true,
            readVersion: async () => ({ text, etag: 'e' }),
            replaceJson: async (_, value) => {
              text = JSON.stringify(value, null, 2);
              return true;
            },
            loadRecord: async () => ({ ...aRecord(), run, status: 'GONE', ...(lastSweep ? { lastSweep } : {}) }),
            recordSweep: async (_environment, _run, sweep) => {
              lastSweep = sweep;
              return true;
            },
          },
          name,
        );
        return JSON.parse(text ?? '{}') as Certificate;
      },
    };
  }

  test.each([[[false, true]], [[true, false, true]], [[false, false, true]]])(
    'is signed when KMS is up again: %j',
    async (ups) => {
      const { sweep } = account();
      let last: Certificate | undefined;
      for (const [index, isUp] of ups.entries()) last = await sweep(`s${index}`, isUp);
      expect(last?.sweeps).toHaveLength(ups.length);
      expect(last).toMatchObject({ signature });
    },
  );

  test('is never signed once somebody has changed it, however often it is swept', async () => {
    const { sweep, change } = account();
    await sweep('one', false);
    change((text) => text.replace('{', '{"by":"nobody",'));
    expect(await sweep('two', true)).not.toHaveProperty('signature');
    expect(await sweep('three', true)).not.toHaveProperty('signature');
  });

  test('is not signed by the record of another run', async () => {
    const { sweep } = account();
    await sweep('one', false);
    expect(await sweep('two', true, 'dev-20250131T120000-abc123')).not.toHaveProperty('signature');
  });
});
