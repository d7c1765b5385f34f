import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { zip } from '../../lab/support/zip.ts';

/** `pack-plan FILE`, for stand-ins of Terraform: a plan that was made from the state on standard input. */
const [file = ''] = process.argv.slice(2);
writeFileSync(
  file,
  zip({
    tfstate: await text(process.stdin),
    'tfconfig/modules.json': '[]',
    'tfconfig/m-vpc.inner/main.tf': '# prevent_destroy\n',
    'tfconfig/m-vpc.inner/other.tf': 'nothing\n',
  }),
);
