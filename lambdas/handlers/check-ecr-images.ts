import { describeServices, essentialContainers, serviceTasks } from '../adapters/ecs.ts';
import * as ecr from '../adapters/images.ts';
import { lookAtImages } from '../operations/look-at-images.ts';
import { validator } from '../shared/validator.ts';

export const handler = validator('ecr-images', ({ outputs, request }) =>
  lookAtImages(outputs, request.commit, ecr, { describeServices, serviceTasks, essentialContainers }),
);
