import {
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const elb = new ElasticLoadBalancingV2Client(patientConfig);
const GONE = [
  'LoadBalancerNotFoundException',
  'LoadBalancerNotFound',
  'TargetGroupNotFoundException',
  'TargetGroupNotFound',
];

/** AWS deletes listeners and their rules with the load balancer. */
export const remover: Remover = {
  'load-balancer': {
    async remove({ id }) {
      await unlessGone(elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id })), ...GONE);
    },
  },
  'target-group': {
    async remove({ id }) {
      await unlessGone(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: id })), ...GONE);
    },
  },
};
