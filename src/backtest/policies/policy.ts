import type { LossView } from "../losses/view.ts";
import type { Findings } from "../../retraining/findings.ts";

/** The situation in which a policy decides. */
export interface Known {
  /** the moment */
  asOf: string;
  /** the moment of the policy's newest training; null: none yet */
  lastTrained: string | null;
  /** what looks and labels say, for a policy that looks; null for all others */
  findings: Findings | null;
  /** what versions lose, for a policy that decides on that; null for all others */
  losses: LossQuestion | null;
}

/** What is asked of a policy that decides on losses. Moments are counted from the first. */
export interface LossQuestion {
  /** blocks are moments, a version is trained at each */
  readonly view: LossView;
  readonly moment: number;
  /** moment at which what serves was trained */
  readonly serving: number;
  /** of a training, as a share of a fresh version's loss at one moment */
  readonly price: number;
}

/** A way to decide when to retrain a model that serves. */
export interface Policy {
  readonly name: string;
  /** in a sentence, for people */
  readonly means: string;
  /** whether events and model are looked at before it is asked: the most costly part of a backtest after training */
  readonly looks: boolean;
  /**
   * `always`: what it trains has to pass the validation; `on request`: takes every challenger unless told otherwise;
   * `never`: takes every challenger.
   * A policy that looks at a model needs what its validation measured, so it always validates.
   */
  readonly validates: "always" | "on request" | "never";
  /**
   * whether it decides on the losses of versions, each trained at one moment: those known at a moment, or all, in
   * hindsight. To know them, a version is trained at every moment, whatever the policy decides.
   */
  readonly losses?: "known" | "all";
  /** settings that it sets where nobody names them otherwise */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A pure function: whether to retrain now, and why. It is asked only once something serves. */
  readonly decide: (known: Known, options: { days: number | null }) => { run: boolean; why: string };
}
