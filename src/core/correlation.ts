import { AsyncLocalStorage } from "node:async_hooks";

/** The request, workflow, cycle or version in whose name something is done. */
export interface Correlation {
  readonly request?: string;
  readonly workflow?: string;
  readonly run?: string;
  readonly activity?: string;
  readonly attempt?: number;
  readonly cycle?: string;
  readonly model?: string;
  readonly version?: number;
}

const storage = new AsyncLocalStorage<Correlation>();

/** Runs `work` in the name of `fields`, beside those of the work around it. */
export const correlated = <T>(fields: Correlation, work: () => T): T =>
  storage.run({ ...storage.getStore(), ...fields }, work);

/** Returns in whose name the code that asks runs. */
export const correlation = (): Correlation => storage.getStore() ?? {};
