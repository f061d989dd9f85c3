import { DAY_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Answer } from "../../src/retraining/check.ts";
import { BROKEN } from "./broken.ts";
import { LASTING } from "./lasting.ts";
import { PASSING } from "./passing.ts";
import { sent, type SentEvent, type ShopRow } from "./rows.ts";

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

/** Every kind, by name. */
export const KINDS = {
  control: {
    answer: "wait",
    days: [30, 30],
    apply: ({ rows }) => ({ events: rows.map(sent), text: "nothing is changed" }),
  },
  ...BROKEN,
  ...PASSING,
  ...LASTING,
} as const satisfies Record<string, Kind>;
export type IncidentKind = keyof typeof KINDS;

/** What was injected, and the right answer to it. */
export interface Truth {
  readonly kind: IncidentKind;
  readonly answer: Kind["answer"];
  readonly fromMs: number;
  readonly toMs: number;
  readonly text: string;
}

/**
 * Injects one incident into a shop's history: what was before `startMs` stays as it was.
 * @param rows the whole history, oldest first
 * @param options.strength 0 (weak) to 1 (strong)
 * @returns everything the shop sends, in the order it is sent, and the truth
 */
export function inject(
  kind: IncidentKind,
  rows: readonly ShopRow[],
  { startMs, seed, strength }: { startMs: number; seed: number; strength: number },
): { events: SentEvent[]; truth: Truth } {
  const { answer, days: [least, most], apply }: Kind = KINDS[kind];
  const random = seededRandom(seed);
  const days = least + Math.floor(random() * (most - least + 1));
  const context = { rows, startMs, endMs: startMs + days * DAY_MS, strength, random };
  const { events, text } = apply(context);
  events.sort((a, b) => a.sentMs - b.sentMs);
  return { events, truth: { kind, answer, fromMs: startMs, toMs: context.endMs, text } };
}
