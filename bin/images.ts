import { builtImages } from '../lib/config/image-config.ts';
import { readConfiguration } from './configuration.ts';

/** Prints the images of the configuration for `node builds/main.ts push-images`, which reads them from IMAGES. */
const { stack, images } = await readConfiguration();
process.stdout.write(`${JSON.stringify(builtImages(stack.images, images.architecture))}\n`);
