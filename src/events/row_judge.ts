import type { ShopMoney } from "../core/currency.ts";
import { canonicalJson, sha256 } from "../core/hash.ts";
import type { Pseudonym } from "../privacy/pseudonym.ts";
import { validateEvent } from "./accept.ts";
import type { AcceptedEvent } from "./event.ts";
import type { FileRow } from "./file_rows.ts";
import { Occurrences } from "./occurrences.ts";
import { type Refused, shownValue } from "./refusal.ts";

/** A row of a file as an event, or why it is none. */
export type JudgedRow =
  | {
    readonly kind: "accepted";
    readonly line: number;
    readonly event: AcceptedEvent;
    readonly raw: Record<string, unknown>;
  }
  | {
    readonly kind: "refused";
    readonly line: number;
    /** lines that this costs */
    readonly lines: number;
    readonly refused: Refused;
    /** undefined: it could not be read */
    readonly raw: Record<string, unknown> | undefined;
    /** which of the file's rows of this content it is, from 1 */
    readonly nth: number;
  };

interface JudgeContext {
  readonly nowMs: number;
  readonly pseudonym: Pseudonym;
  /** of the file, once its columns are read */
  readonly money?: () => ShopMoney;
  /** the value of a row's field as it was sent; undefined: it is told as it was read */
  readonly sentOf?: (field: string | null, row: FileRow) => unknown;
}

/** Judges the rows of one file in their order. */
export class RowJudge {
  readonly #occurrences = new Occurrences();
  readonly #nthOf = (sha256: string) => this.#occurrences.nth(sha256);

  constructor(readonly context: JudgeContext) {}

  judge(row: FileRow): JudgedRow {
    const { line } = row;
    if (!("raw" in row)) {
      const { unreadable: reason, lines } = row;
      const refused = { field: null, reason, value: shownValue(row.shown) };
      return { kind: "refused", line, lines, refused, raw: undefined, nth: 1 };
    }
    const { raw } = row;
    if ("refused" in row) return this.#refuse(line, raw, row.refused);
    const { nowMs, pseudonym, money, sentOf } = this.context;
    const verdict = validateEvent(raw, {
      nowMs,
      pseudonym,
      money: raw.currency === undefined ? undefined : money?.(),
      nthOf: this.#nthOf,
      isMapped: true,
      zone: "utc",
    });
    if (verdict.kind === "accepted") return { kind: "accepted", line, event: verdict.event, raw };
    const { field, reason, value } = verdict;
    const sent = sentOf?.(field, row);
    const shown = sent === undefined ? shownTime(field, raw.time) ?? value : shownValue(sent);
    return this.#refuse(line, raw, { field, reason, value: shown });
  }

  #refuse(line: number, raw: Record<string, unknown>, refused: Refused): JudgedRow {
    const nth = this.#occurrences.nth(sha256(`refused ${canonicalJson(raw)}`));
    return { kind: "refused", line, lines: 1, refused, raw, nth };
  }
}

/** A time that was read already, as a person reads it. */
function shownTime(field: string | null, time: unknown): string | undefined {
  if (field !== "time" || typeof time !== "number" || Math.abs(time) > 8.64e15) return undefined;
  return new Date(time).toISOString();
}
