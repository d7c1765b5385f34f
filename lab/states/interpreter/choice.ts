import type { ChoiceState } from '../definition/types.ts';
import type { StateVisit, Step } from './state-visit.ts';

export async function runChoice(visit: StateVisit<ChoiceState>): Promise<Step> {
  const { state, input } = visit;
  for (const [index, rule] of state.Choices.entries()) {
    const met = await visit.evaluateAs(`Choices[${index}]/Condition`, rule.Condition, 'boolean');
    if (met) return visit.finish(rule, input, rule.Next);
  }
  if (state.Default !== undefined) return visit.finish(state, input, state.Default);
  throw visit.runtimeError(
    'Failed to transition out of the state. The state does not point to a next state.',
    'States.NoChoiceMatched',
  );
}
