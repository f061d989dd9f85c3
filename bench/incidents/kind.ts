import type { Answer } from "../../src/retraining/check.ts";
import type { SentEvent, ShopRow } from "./rows.ts";

/** What an injector works with. Chance is seeded; the same context gives the same events. */
export interface Context {
  /** the whole history, oldest first */
  readonly rows: readonly ShopRow[];
  readonly startMs: number;
  readonly endMs: number;
  /** 0 weak to 1 strong: each kind says what that means */
  readonly strength: number;
  readonly random: () => number;
}

/** One kind of incident. */
export interface Kind {
  /** what a check should come to; of lasting kinds once outcomes are in */
  readonly answer: Exclude<Answer, "cannot tell yet">;
  /** how long it lasts, days, whole: the middle of a night it ends as it began */
  readonly days: readonly [least: number, most: number];
  /** the history with the incident in it, in any order, and what was done in words */
  readonly apply: (context: Context) => { events: SentEvent[]; text: string };
}
