import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { invoke } from '../aws/functions.ts';
import { BuildFailure, LONGEST_REASON, Refusal } from '../report.ts';
import type { Build } from './build.ts';

/**
 * The function is asked this number of times when what it needs itself does not answer. The pause is in milliseconds.
 */
const ATTEMPTS = 4;
const PAUSE_MS = 3_000;

const review = z.object({ summary: z.string().min(1), refusal: z.string().min(1).optional() });
const failure = z.object({ errorType: z.string().optional(), errorMessage: z.string().min(1) });

/**
 * Asks the function that reviews a plan about the one that this owner has stored last: what the plan creates must be
 * possible to tear down, and must not be another owner's. The function checks the ownership, too.
 * @returns the reason why the plan is refused; undefined where nothing prevents it
 * @throws Refusal when the environment is not the execution's own
 * @throws BuildFailure when there is no review: a plan without a review is not applied
 */
export async function reviewPlan({ settings, report }: Build): Promise<string | undefined> {
  const { environment, owner, fencing, redrive, build, command, reviewFunction } = settings;
  const { run, commit, prefix, accountId, region } = settings;
  const asks = { environment, owner, fencing: Number(fencing), redrive, build, command };
  const question = { ...asks, run, commit, prefix, accountId, region };
  for (let attempt = 1; ; attempt += 1) {
    const said = await ask(reviewFunction, question);
    const { success, data } = review.safeParse(said);
    if (success) {
      for (const line of data.summary.split('\n')) report.say(line);
      return data.refusal?.slice(0, LONGEST_REASON);
    }
    const { errorType = '', errorMessage = `${reviewFunction} does not say what it thinks of it` } =
      failure.safeParse(said).data ?? {};
    if (errorType === 'SafetyError') throw new Refusal(errorMessage);
    if (errorType !== 'DependencyError' || attempt === ATTEMPTS)
      throw new BuildFailure(`the plan could not be reviewed, and is not applied: ${errorMessage}`);
    await sleep(PAUSE_MS);
  }
}

async function ask(reviewFunction: string, question: object): Promise<unknown> {
  try {
    return await invoke(reviewFunction, question);
  } catch (error) {
    throw new BuildFailure(
      `the plan could not be reviewed, and is not applied: ${reviewFunction} could not be asked: ${(error as Error).message}`,
    );
  }
}
