import type { HttpObservation } from '../../../lambdas/validation/checks/alb-health.ts';
import type { HttpPort } from '../../../lambdas/validation/observe-load-balancer.ts';

export const says = (status: number, body: unknown): HttpObservation => ({
  ...{ kind: 'answer', address: '203.0.113.1', ms: 1 },
  ...{ status, body: JSON.stringify(body) },
});

/** The function answers for the service behind the load balancer. */
export const http: { answer: HttpPort } = {
  answer: async () => ({ kind: 'silent', message: 'nothing answers' }),
};
