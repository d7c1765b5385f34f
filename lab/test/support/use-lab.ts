import { afterAll, beforeAll } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';

/** Starts the emulator behind its gateway, and sets this process's environment as that of a Lambda there. */
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
