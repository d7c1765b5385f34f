import { afterAll, beforeAll } from 'vitest';
import { type Lab, startLab } from '../../../lab/lab.ts';

/** The emulator behind its front door, and this process's environment as a Lambda's there. */
export function useLab(): { readonly context: Lab['context'] } {
  const before = { ...process.env };
  let lab: Lab | undefined;
  beforeAll(async () => {
    lab = await startLab({ services: [] });
    Object.assign(process.env, lab.environment);
  });
  afterAll(async () => {
    process.env = before;
    await lab?.stop();
  });
  return {
    get context() {
      if (!lab) throw new Error('the lab has not started');
      return lab.context;
    },
  };
}
