import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { findTarget } from '../tags/application-autoscaling.ts';
import { unlessGone } from '../tags/support.ts';

const scaling = new ApplicationAutoScalingClient(patientConfig);
const GONE = 'ObjectNotFoundException';

/** AWS deletes the policies and scheduled actions of a target with the target. */
export const remover: Remover = {
  'scalable-target': {
    async remove(resource) {
      const target = await findTarget(resource);
      if (!target) return;
      const { ServiceNamespace, ResourceId, ScalableDimension } = target;
      await unlessGone(
        scaling.send(new DeregisterScalableTargetCommand({ ServiceNamespace, ResourceId, ScalableDimension })),
        GONE,
      );
    },
  },
};
