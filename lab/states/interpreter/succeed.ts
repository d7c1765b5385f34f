import type { SucceedState } from '../definition/types.ts';
import type { StateVisit, Step } from './state-visit.ts';

export function runSucceed(visit: StateVisit<SucceedState>): Promise<Step> {
  return visit.finish(visit.state, visit.input, undefined);
}
