import type { SucceedState } from '../definition/types.ts';
import type { Step, Visit } from './visit.ts';

export function runSucceed(visit: Visit<SucceedState>): Promise<Step> {
  return visit.finish(visit.state, visit.input, undefined);
}
