import { expect, test } from 'vitest';
import { releaseNotes } from '../../.github/scripts/release.ts';

const changelog = (unreleased: string, released = '') => `# Changelog\n\n## Unreleased\n${unreleased}${released}`;
const FIRST = '\n## 1.9.0 - 2026-01-01\n\n- first\n';

test('what is unreleased gets the version, and the section is empty again', () => {
  expect(releaseNotes(changelog('\n- new\n', FIRST), '1.10.0', '2026-01-31')).toBe(
    `# Changelog\n\n## Unreleased\n\n## 1.10.0 - 2026-01-31\n\n- new\n${FIRST}`,
  );
});

test.each([
  ['nothing is unreleased', changelog('\n', FIRST), '2.0.0', /nothing to release/],
  ['there is no such section', '# Changelog\n', '2.0.0', /no section/],
  ['the version is older', changelog('\n- new\n', FIRST), '1.8.9', /1\.8\.9 is not newer than 1\.9\.0/],
  ['the version is there', changelog('\n- new\n', FIRST), '1.9.0', /not newer/],
])('nothing is written when %s', (_, text, version, message) => {
  expect(() => releaseNotes(text, version, '2026-01-31')).toThrow(message);
});
