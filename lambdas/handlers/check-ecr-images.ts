import { describeServices, essentialContainers, serviceTasks } from '../aws/ecs.ts';
import * as ecr from '../aws/images.ts';
import { manifest } from '../contracts/functions/check-ecr-images.ts';
import { validator } from '../runtime/validator.ts';
import { observeImages } from '../validation/observe-images.ts';

export const handler = validator(manifest, ({ outputs, request }) =>
  observeImages(outputs, request, ecr, { describeServices, serviceTasks, essentialContainers }),
);
