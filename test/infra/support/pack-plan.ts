import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { zip } from '../../../lab/test/support/zip.ts';

/**
 * `pack-plan FILE [WRITTEN]` is a program for stand-ins of Terraform. It writes a plan that was created from the state
 * on standard input. WRITTEN is that state as it was written.
 */
const [file = '', written] = process.argv.slice(2);
const state = await text(process.stdin);
writeFileSync(
  file,
  zip({
    tfstate: state,
    'tfstate-prev': written ?? state,
    'tfconfig/modules.json': '[]',
    'tfconfig/m-vpc.inner/main.tf': '# prevent_destroy\n',
    'tfconfig/m-vpc.inner/other.tf': 'nothing\n',
  }),
);
