import { sha256 } from "../core/hash.ts";
import type { AcceptedEvent } from "./event.ts";
import { Occurrences } from "./occurrences.ts";
import type { FileLayout } from "./read_file.ts";
import type { Refused } from "./refusal.ts";

/** One refused row of a file. */
export interface RefusedRow {
  readonly line: number;
  readonly field: string | null;
  readonly value: string | null;
  readonly reason: string;
}

/** What an import found, as `--json` prints it. `read` is the sum of accepted, duplicates, conflicts and refused. */
export interface ImportSummary {
  readonly read: number;
  /** new events */
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly refused: number;
  /** different shoppers of the accepted events */
  readonly shoppers: number;
  readonly withoutShopper: number;
  /** accepted events by type */
  readonly types: Readonly<Record<string, number>>;
  /** money of the accepted events */
  readonly amount: number;
  /** ISO 8601; null: nothing was accepted */
  readonly first: string | null;
  readonly last: string | null;
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly columns: FileLayout["columns"];
  /** the first ones */
  readonly refusals: readonly RefusedRow[];
}

/** What a person is told beside the summary. */
export interface ImportDetails {
  readonly money: Readonly<Record<string, number>>;
  readonly reasons: readonly {
    readonly reason: string;
    readonly events: number;
    readonly first: RefusedRow;
  }[];
  readonly conflicts: readonly RefusedRow[];
  readonly notes: readonly string[];
  /** lines that damaged records cost beyond one each */
  readonly linesLost: number;
  /** events that are purchases, known ones included */
  readonly purchases: number;
  /** those of them that name a shopper */
  readonly purchasesWithShopper: number;
  /** purchases of the accepted events that carry money */
  readonly priced: number;
}

const REFUSALS_SHOWN = 20;
const REASONS_KEPT = 200;
/** Share of purchases with money below which a person is warned: samples for nothing are fewer. */
const PRICED_MIN = 0.9;

/** Totals of accepted events, where they come from the database. */
export type StoredTotals =
  & Pick<ImportSummary, "shoppers" | "withoutShopper" | "amount" | "first" | "last" | "types">
  & {
    readonly money: Readonly<Record<string, number>>;
    readonly purchasesWithShopper: number;
    /** purchases that carry money */
    readonly priced: number;
  };

/** Counts what becomes of the rows of one or several files. */
export class Tally {
  #accepted = 0;
  #duplicates = 0;
  #conflicts = 0;
  #refused = 0;
  #linesLost = 0;
  #purchases = 0;
  #purchasesWithShopper = 0;
  #priced = 0;
  #withoutShopper = 0;
  #firstMs = Infinity;
  #lastMs = -Infinity;
  readonly #types = new Map<string, number>();
  readonly #money = new Map<string, number>();
  readonly #shoppers = new Occurrences();
  /** of the event before: lines of an order follow each other */
  #shopper: string | null = null;
  readonly #refusals: RefusedRow[] = [];
  readonly #conflictRows: RefusedRow[] = [];
  readonly #reasons = new Map<string, { events: number; first: RefusedRow }>();
  readonly #layouts: FileLayout[] = [];
  #shoppersBefore = 0;
  #stored: StoredTotals | undefined;

  /** @param whole counts the same, of several files together */
  constructor(readonly whole?: Tally) {}

  accept(event: AcceptedEvent): void {
    this.whole?.accept(event);
    const { type, userKey, amount, atMs } = event;
    this.#accepted += 1;
    this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
    if (amount !== null) this.#money.set(type, (this.#money.get(type) ?? 0) + amount);
    this.#countPurchase(event);
    if (type === "purchase" && amount !== null && amount > 0) this.#priced += 1;
    if (userKey === null) this.#withoutShopper += 1;
    else if (userKey !== this.#shopper) {
      this.#shopper = userKey;
      this.#shoppers.nth(userKey.replaceAll("-", ""));
    }
    if (atMs < this.#firstMs) this.#firstMs = atMs;
    if (atMs > this.#lastMs) this.#lastMs = atMs;
  }

  duplicate(event: AcceptedEvent): void {
    this.whole?.duplicate(event);
    this.#duplicates += 1;
    this.#countPurchase(event);
  }

  #countPurchase({ type, userKey }: AcceptedEvent): void {
    if (type !== "purchase") return;
    this.#purchases += 1;
    if (userKey !== null) this.#purchasesWithShopper += 1;
  }

  conflict(line: number, event: AcceptedEvent, reason: string): void {
    this.whole?.conflict(line, event, reason);
    this.#conflicts += 1;
    if (this.#conflictRows.length < REFUSALS_SHOWN) {
      this.#conflictRows.push({ line, field: "id", value: event.id, reason });
    }
  }

  refuse(line: number, refused: Refused, lines = 1): void {
    this.whole?.refuse(line, refused, lines);
    const { field, value, reason } = refused;
    this.#refused += 1;
    this.#linesLost += lines - 1;
    const row = { line, field, value: value ?? null, reason };
    if (this.#refusals.length < REFUSALS_SHOWN) this.#refusals.push(row);
    const known = this.#reasons.get(reason);
    if (known) known.events += 1;
    else if (this.#reasons.size < REASONS_KEPT) this.#reasons.set(reason, { events: 1, first: row });
  }

  /** Notes how a file was written, once it was read. */
  describe(layout: FileLayout): void {
    this.whole?.describe(layout);
    this.#layouts.push(layout);
  }

  /** Takes counts of an import that began earlier, from the database. */
  resume(counts: { accepted: number; duplicates: number }, totals: StoredTotals): void {
    this.#accepted += counts.accepted;
    this.#duplicates += counts.duplicates;
    this.#purchases += totals.types.purchase ?? 0;
    this.#purchasesWithShopper += totals.purchasesWithShopper;
    this.#stored = totals;
  }

  /** Counts an import that was told before. Shoppers of two imports are added. */
  include(summary: ImportSummary, details: ImportDetails): void {
    this.#accepted += summary.accepted;
    this.#duplicates += summary.duplicates;
    this.#conflicts += summary.conflicts;
    this.#refused += summary.refused;
    this.#linesLost += details.linesLost;
    this.#purchases += details.purchases;
    // What an earlier version told says nothing of it: it counts as good.
    this.#purchasesWithShopper += details.purchasesWithShopper ?? details.purchases;
    this.#priced += details.priced ?? 0;
    this.#withoutShopper += summary.withoutShopper;
    this.#shoppersBefore += summary.shoppers;
    if (summary.first !== null) this.#firstMs = Math.min(this.#firstMs, Date.parse(summary.first));
    if (summary.last !== null) this.#lastMs = Math.max(this.#lastMs, Date.parse(summary.last));
    addTo(this.#types, summary.types);
    addTo(this.#money, details.money);
    this.#refusals.push(...summary.refusals.slice(0, REFUSALS_SHOWN - this.#refusals.length));
    this.#conflictRows.push(...details.conflicts.slice(0, REFUSALS_SHOWN - this.#conflictRows.length));
    for (const { reason, events, first } of details.reasons) {
      const known = this.#reasons.get(reason);
      if (known) known.events += events;
      else this.#reasons.set(reason, { events, first });
    }
    const { encoding, delimiter, columns } = summary;
    this.describe({ encoding, delimiter, columns, notes: details.notes });
  }

  get usable(): number {
    return this.#accepted + this.#duplicates;
  }

  /** Share of what was read that can be used, lines within damaged records counted; 0 where nothing was read. */
  get usableShare(): number {
    const all = this.usable + this.#conflicts + this.#refused + this.#linesLost;
    return all === 0 ? 0 : this.usable / all;
  }

  summary(): ImportSummary {
    const [first] = this.#layouts;
    const both = (value: (layout: FileLayout) => string | null) =>
      [...new Set(this.#layouts.map(value))].join(", ") || null;
    const stored = this.#stored;
    return {
      read: this.usable + this.#conflicts + this.#refused,
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      conflicts: this.#conflicts,
      refused: this.#refused,
      shoppers: stored?.shoppers ?? this.#shoppersBefore + this.#shoppers.size,
      withoutShopper: stored?.withoutShopper ?? this.#withoutShopper,
      types: stored?.types ?? Object.fromEntries([...this.#types].sort((a, b) => b[1] - a[1])),
      amount: stored?.amount ?? rounded([...this.#money.values()].reduce((sum, money) => sum + money, 0)),
      first: stored ? stored.first : isoOf(this.#firstMs),
      last: stored ? stored.last : isoOf(this.#lastMs),
      encoding: both(({ encoding }) => encoding),
      delimiter: both(({ delimiter }) => delimiter),
      columns: first?.columns ?? { taken: {}, left: [] },
      refusals: this.#refusals,
    };
  }

  details(): ImportDetails {
    const money = [...this.#money].map(([type, sum]) => [type, rounded(sum)]);
    return {
      money: this.#stored?.money ?? Object.fromEntries(money),
      reasons: [...this.#reasons].map(([reason, { events, first }]) => ({ reason, events, first }))
        .sort((a, b) => b.events - a.events),
      conflicts: this.#conflictRows,
      notes: [...new Set([...this.#layouts.flatMap(({ notes }) => notes), ...this.#moneyNotes()])],
      linesLost: this.#linesLost,
      purchases: this.#purchases,
      purchasesWithShopper: this.#purchasesWithShopper,
      priced: this.#stored?.priced ?? this.#priced,
    };
  }

  /** Warns where only some purchases carry money: nobody can say then what shoppers spend. */
  #moneyNotes(): string[] {
    const purchases = (this.#stored?.types ?? Object.fromEntries(this.#types)).purchase ?? 0;
    const priced = this.#stored?.priced ?? this.#priced;
    if (priced === 0 || priced >= PRICED_MIN * purchases) return [];
    const counted = 2 * priced >= purchases
      ? "the others count as nothing"
      : "spending is counted in lines bought";
    return [`Only ${priced} of ${purchases} purchases carry a price or an amount: ${counted}`];
  }
}

function addTo(sums: Map<string, number>, added: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(added)) sums.set(name, (sums.get(name) ?? 0) + value);
}

/** Fields whose values name nobody. */
const IMPERSONAL = new Set([
  "type",
  "price",
  "quantity",
  "amount",
  "time",
  "currency",
  "country",
  "category",
  "product",
]);

/** What was told, as it may be kept: without values that could name a shopper. */
export function keptOf(told: { summary: ImportSummary; details: ImportDetails }): typeof told {
  const { summary, details } = told;
  const kept = (row: RefusedRow) => IMPERSONAL.has(row.field ?? "") ? row : { ...row, value: null };
  return {
    summary: { ...summary, refusals: summary.refusals.map(kept) },
    details: {
      ...details,
      conflicts: details.conflicts.map(kept),
      reasons: details.reasons.map((reason) => ({ ...reason, first: kept(reason.first) })),
    },
  };
}

const isoOf = (ms: number) => Number.isFinite(ms) ? new Date(ms).toISOString() : null;

/** A sum without the last bits that adding leaves. */
const rounded = (sum: number) => Math.round(sum * 1e6) / 1e6;

/** Remembers by 52 bits which content came under which id: the memory of a trial without a database. */
export class ContentById {
  readonly #ids = new Map<number, number>();

  /** @returns whether the id is new, came with the same content, or with another one */
  settle(id: string, content: string): "accepted" | "duplicate" | "conflict" {
    const key = bits(id);
    const hash = bits(content);
    const known = this.#ids.get(key);
    if (known === undefined) this.#ids.set(key, hash);
    return known === undefined ? "accepted" : known === hash ? "duplicate" : "conflict";
  }
}

const bits = (text: string) => parseInt(sha256(text).slice(0, 13), 16);
