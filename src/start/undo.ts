import { messageOf } from "../core/errors.ts";
import type { Log } from "../embedded/types.ts";

/** Things to undo, newest first. */
export class Undo {
  #steps: { name: string; run: () => unknown }[] = [];
  #first: (() => void)[] = [];
  #done?: Promise<void>;
  constructor(readonly log: Log) {}
  add(name: string, run: () => unknown): void {
    this.#steps.push({ name, run });
  }
  /** Begins to end something that takes a while; a step waits for it in its turn. */
  begin(run: () => void): void {
    this.#first.push(run);
  }
  run(): Promise<void> {
    return this.#done ??= this.#all();
  }
  async #all(): Promise<void> {
    for (const run of this.#first) run();
    for (const { name, run } of this.#steps.reverse()) {
      try {
        await run();
      } catch (error) {
        this.log(`Stopping ${name}: ${messageOf(error)}`);
      }
    }
  }
}
