import { expect, test } from 'vitest';
import { applicationUrl } from '../../../../lambdas/contracts/outputs.ts';

test.each([
  [
    'its own output',
    { application_url: 'https://shop.example.com', alb_dns_name: 'lb.example' },
    'https://shop.example.com',
  ],
  ['its load balancer', { alb_dns_name: 'lb.example' }, 'http://lb.example'],
  [
    'its load balancer, where a record has no URL',
    { application_url: 'javascript:alert(1)', alb_dns_name: 'lb.example' },
    'http://lb.example',
  ],
  ['nothing', { api_url: 'https://api.example.com' }, undefined],
  ['no outputs', undefined, undefined],
])('the address of an application is that of %s', (_of, outputs, url) => {
  expect(applicationUrl(outputs)).toBe(url);
});
