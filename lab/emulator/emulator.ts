import type { Processes } from '../processes.ts';

export interface Emulator {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  /** Tells the emulator's plug-in where the lab's own services answer. */
  setFrontDoor(endpoint: string): Promise<void>;
}

export interface EmulatorOptions {
  directory: string;
  processes: Processes;
  log(message: string): void;
}

/** Starts `moto_server` with the plug-in of `plugin/` and waits until it answers. */
export async function startEmulator(_options: EmulatorOptions): Promise<Emulator> {
  throw new Error('not written yet');
}
