export { shownValue } from "../core/shown_value.ts";

/** Why one value of an event is refused. */
export interface Refused {
  readonly field: string | null;
  readonly reason: string;
  /** that was sent, cut and escaped; left out: there was none */
  readonly value?: string;
}
