import { describe, expect, test } from 'vitest';
import { type Certificate, describeCounts } from '../../../../lambdas/contracts/certificate.ts';
import { renderCertificate } from '../../../../lambdas/report/certificate.ts';
import { cleanCertificate, leftCertificate } from '../../../support/reports/certificates.ts';

const text = (given: Certificate) =>
  renderCertificate(given, 's3://control/x/certificate.json')
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the page of a certificate', () => {
  test('says what is left, what it costs, how to remove it and what is in the way', () => {
    const page = text(leftCertificate);
    expect(page).toContain('LEFTOVERS');
    expect(page).toContain('aws ec2 delete-nat-gateway --nat-gateway-id nat-0b1f2e3d4c5b6a798 --region eu-west-1');
    expect(page).toContain('$0.048 an hour');
    expect(page).toContain('everything in it');
    expect(page).toContain('not authorized to perform secretsmanager:ListSecrets');
  });

  test('asks to ask before something is removed that nothing but its name speaks for', () => {
    const [last, ...rest] = leftCertificate.sweeps.toReversed();
    const leftovers = (last?.leftovers ?? []).map(({ proof: _, remove: __, ...one }) => one);
    const page = text({ ...leftCertificate, sweeps: [...rest, { ...last, leftovers } as (typeof rest)[number]] });
    expect(page).toContain('ask before you remove it');
    expect(page).not.toMatch(/aws ec2 delete/);
  });

  test('leads to the console, and says what to do about what is left', () => {
    const markup = renderCertificate(leftCertificate, 's3://x/y');
    expect(markup).toContain(
      `href="https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${leftCertificate.sweeps.at(-1)?.execution}"`,
    );
    expect(text(leftCertificate)).toMatch(/What to do .*start the teardown again.*npx runbook sweep dev\./i);
    expect(text(cleanCertificate)).not.toContain('What to do');
  });

  test('lists what is kept on purpose, and what was not searched to the end', () => {
    const page = text(cleanCertificate);
    expect(page).toContain('auditors read it for a year');
    expect(page).toContain('of SNS topics, the first 1000');
  });

  test('explains how the count of its verdict follows from what existed', () => {
    const base = { service: 'sns', source: 'inventory', reason: 'gone' } as const;
    const gone = (id: string, arn?: string) =>
      ({ ...base, type: 'topic', id, status: 'ABSENT', ...(arn ? { arn } : {}) }) as const;
    const entry = (type: string, id: string, fate: Certificate['existed'][number]['fate'], arn?: string) => ({
      ...{ service: 'sns', type, name: 'x', id, fate },
      ...(arn ? { arn } : {}),
    });
    const sweeps = [{ ...cleanCertificate.sweeps[0], absent: [gone('t', 'arn:t'), gone('u'), gone('by-tag')] }];
    const existed = [
      ...[entry('aws_sns_topic', 't', 'destroyed', 'arn:t'), entry('aws_sns_topic_policy', 't', 'destroyed', 'arn:t')],
      ...[entry('aws_sns_topic', 'u', 'destroyed'), entry('aws_sns_topic_subscription', 's', 'part')],
    ];
    const page = text({ ...cleanCertificate, existed, sweeps } as Certificate);
    expect(page).toContain('AWS confirms 3 resources gone: 2 answers are for 3 of 4 entries of the state');
    expect(page).toContain('and 1 for what is not in the state');
    const certificate = { ...cleanCertificate, existed } as Certificate;
    const { absent } = sweeps[0] as Certificate['sweeps'][number];
    expect(describeCounts(certificate, { absent }, 6)).toMatch(
      /^Terraform managed 6 resources, .* lists as 4 entries: /,
    );
    expect(describeCounts(certificate, { absent }, 4)).toMatch(/^AWS confirms 3 resources gone: /);
    expect(page).toContain('1 entry is a part of another resource');
  });

  test('has every sweep, with the times of its passes, and an estimate that says so', () => {
    const page = text(cleanCertificate);
    expect(page).toMatch(/sweep-0 LEFTOVERS pass 1: 2026-11-24 10:12:20 UTC , 6 s .*sweep-24h CLEAN/);
    expect(page).toMatch(/What the run cost, estimated.*An estimate, not a bill/);
    expect(page).toMatch(/eu-west-1 in USD, as of \d{4}-\d{2}/);
  });

  test('is drawn for whatever is in it', () => {
    const odd = { ...cleanCertificate, sweeps: [] } as Certificate;
    expect(text(odd)).toContain('could not be drawn');
    const attack = '<script>alert(1)</script>';
    expect(renderCertificate({ ...leftCertificate, environment: attack }, attack)).not.toContain('<script');
  });
});
