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

/** Its policies and scheduled actions go with a target. */
export const remover: Remover = {
  'scalable-target': {
    async remove(stray) {
      const target = await findTarget(stray);
      if (!target) return;
      const { ServiceNamespace, ResourceId, ScalableDimension } = target;
      await unlessGone(
        scaling.send(new DeregisterScalableTargetCommand({ ServiceNamespace, ResourceId, ScalableDimension })),
        GONE,
      );
    },
  },
};
