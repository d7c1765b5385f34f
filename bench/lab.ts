import { SFNClient } from '@aws-sdk/client-sfn';
import { startLab } from '../lab/index.ts';
import { atMost, type Bench, type BenchContext, median, type Row, timed } from './bench.ts';
import { createMachine, execute } from './machine.ts';

/** The number is so large that the start, and the request for the end, do not matter. */
const STATES = 500;

export const lab: Bench = {
  name: 'lab',
  title: 'The lab: start to ready, transitions a second',
  async run(context) {
    return [...(await ready(context)), ...(await transitions(context))];
  },
};

async function ready({ quick, say }: BenchContext): Promise<Row[]> {
  const times: number[] = [];
  for (let repetition = 0; repetition < (quick ? 1 : 5); repetition++) {
    const { ms, result } = await timed(() => startLab());
    await result.stop();
    times.push(ms / 1_000);
    say(`ready in ${(ms / 1_000).toFixed(1)} s`);
  }
  return [atMost(5, { what: 'start to ready, median', unit: 's', value: median(times) })];
}

async function transitions({ quick, say }: BenchContext): Promise<Row[]> {
  const account = await startLab();
  try {
    const ours = await perSecond(new SFNClient(account.context.client), 'JSONata', quick ? 1 : 5);
    say(`the lab: ${Math.round(ours)} transitions/s`);
    // By default, moto executes nothing. It does not support JSONata.
    await fetch(`${account.context.emulatorEndpoint}/moto-api/config`, {
      method: 'POST',
      body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
    });
    // The execution runs once, because moto fails to start another: TypeError("cannot pickle '_thread.RLock' object").
    const theirs = await perSecond(new SFNClient(account.context.emulator), 'JSONPath', 1);
    say(`moto: ${Math.round(theirs)} transitions/s`);
    const row = { what: `transitions a second, ${STATES} Pass states`, unit: '/s', value: ours, moreIsBetter: true };
    return [{ ...row, against: { name: 'moto', value: theirs }, aim: '≥ 20 × more', met: ours >= 20 * theirs }];
  } finally {
    await account.stop();
  }
}

async function perSecond(
  client: SFNClient,
  QueryLanguage: 'JSONata' | 'JSONPath',
  repetitions: number,
): Promise<number> {
  const names = Array.from({ length: STATES }, (_, index) => `State ${index}`);
  const States = Object.fromEntries(
    names.map((name, index) => [
      name,
      { Type: 'Pass', ...(names[index + 1] ? { Next: names[index + 1] } : { End: true }) },
    ]),
  );
  const times: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const definition = { QueryLanguage, StartAt: names[0], States };
    const machine = await createMachine(client, `${QueryLanguage}-${repetition}`, definition);
    const { ms } = await timed(() => execute(client, machine, {}));
    times.push(ms);
  }
  return STATES / (median(times) / 1_000);
}
