import { parseConfig } from '../lib/config/config.ts';
import { builtImages } from '../lib/config/image-config.ts';
import config from '../runbook.config.ts';

/** Prints the images of the configuration for `node builds/main.ts push-images`, which reads them from IMAGES. */
const { stack, images } = parseConfig(config);
process.stdout.write(`${JSON.stringify(builtImages(stack.images, images.architecture))}\n`);
