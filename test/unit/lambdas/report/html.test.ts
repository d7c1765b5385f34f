import { describe, expect, test } from 'vitest';
import { escapeText, html } from '../../../../lambdas/report/html.ts';

describe('markup', () => {
  test.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['" onload="x', '&quot; onload=&quot;x'],
    ["' onload='x", '&#39; onload=&#39;x'],
    ['&amp;', '&amp;amp;'],
    ['a\u0000b\u001b[31m', 'a\\u0000b\\u001b[31m'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\ud800', '\ufffd'],
    ['two\n\tlines', 'two\n\tlines'],
    ['PENDING → ✓ é 😀', 'PENDING → ✓ é 😀'],
  ])('escapes %j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
    expect(html`<p title="${text}">${[text]}</p>`.markup).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  test('takes markup as it is, and nothing for what is not there', () => {
    expect(html`<p>${html`<b>${'<'}</b>`}${null}${undefined}${false}${0}${['a', [1]]}</p>`.markup).toBe(
      '<p><b>&lt;</b>0a1</p>',
    );
  });

  test('trusts no object that merely looks like markup', () => {
    const given = JSON.parse('{"markup":"<script>"}');
    expect(html`${given}`.markup).not.toContain('<script>');
  });
});
