import type { PassState } from '../definition/types.ts';
import type { Step, Visit } from './visit.ts';

export function runPass(visit: Visit<PassState>): Promise<Step> {
  return visit.finish(visit.state, visit.input, visit.state.Next);
}
