import type { PassState } from '../definition/types.ts';
import type { StateVisit, Step } from './state-visit.ts';

export function runPass(visit: StateVisit<PassState>): Promise<Step> {
  return visit.finish(visit.state, visit.input, visit.state.Next);
}
