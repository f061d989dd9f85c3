import { messageOf, OwnCodeError } from "../core/errors.ts";
import { isLine } from "../core/line.ts";
import { seededRandom } from "../core/random.ts";
import { DAY_MS } from "../core/time.ts";
import { FEATURES } from "./definition.ts";
import { invent } from "./invented.ts";
import { runsOf } from "./packed_days.ts";
import { SESSION_FEATURES, SESSION_GROUP } from "./session.ts";
import type { UserDay } from "./user_day.ts";

/** What a feature of one's own is read off: one shopper as seen at one moment. It is frozen. */
export interface Seen {
  /** the shopper's days, ascending: every event before `asOfMs` */
  readonly days: readonly UserDay[];
  readonly asOfMs: number;
  /** the model's horizon */
  readonly horizonDays: number;
}

/** A feature of a model's own: one number about a shopper, the same function for training and serving. */
export interface OwnFeature {
  /** lower case with underscores, as in `stars_90` */
  readonly name: string;
  /** its label on pages, as in "mean stars in 90 days" */
  readonly means: string;
  /** raise it when a function that it calls changes: of its own text a change is seen. Left out: 1 */
  readonly version?: number;
  /** it grows with the history or follows the calendar, so that it is not watched for drift; left out: it does not */
  readonly moves?: boolean;
  /** reads the number; NaN or null where there is nothing to say */
  readonly of: (seen: Seen) => number | null;
}

/** A number as features hold them. @throws {OwnCodeError} it is none or infinite, or the function failed */
export function ownValue({ name, of }: OwnFeature, seen: Seen): number {
  const fail = (why: string) => new OwnCodeError(`Cannot compute the feature "${name}": ${why}`, name);
  let value: number;
  try {
    value = of(seen) ?? NaN;
  } catch (error) {
    throw fail(messageOf(error));
  }
  if (typeof value === "number" && Math.abs(value) !== Infinity) return value;
  throw fail(`it has to be a finite number, or NaN, not ${String(value)}`);
}

/** Computes the own features of shoppers where they can be ended: a row of numbers each. */
export type OwnRows = (seen: readonly Seen[]) => Promise<readonly (readonly number[])[]>;

const elsewhere = new WeakMap<readonly OwnFeature[], OwnRows>();

/** Lets these features be computed elsewhere than in the thread that asks. */
export const computeElsewhere = (features: readonly OwnFeature[], rows: OwnRows): void =>
  void elsewhere.set(features, rows);

/** The own features of shoppers, in their order. @throws {OwnCodeError} one of them cannot be computed: says which */
export async function ownRows(
  features: readonly OwnFeature[],
  seen: readonly Seen[],
): Promise<readonly (readonly number[])[]> {
  const asked = elsewhere.get(features);
  if (!asked) return seen.map((shopper) => features.map((feature) => ownValue(feature, shopper)));
  const rows: (readonly number[])[] = [];
  for (const run of runsOf(seen, ({ days }) => days.length)) rows.push(...await asked(run));
  return rows;
}

/** The source as it counts for the hash: how it is laid out is no part of it. */
export const sourceOf = ({ of }: OwnFeature): string => String(of).replaceAll(/\s+/g, "");

const TAKEN: ReadonlySet<string> = new Set([...FEATURES, ...SESSION_FEATURES, SESSION_GROUP]);

/** Says what is wrong with the features of a model's own; null: nothing. @param types of the events that it names */
export function ownFeaturesFault(features: readonly OwnFeature[], types: readonly string[]): string | null {
  const names = features.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i || TAKEN.has(name));
  if (twice !== undefined) return `ownFeatures: there is a feature "${twice}" already`;
  for (const feature of features) {
    const fault = shapeFault(feature) ?? pointInTimeFault(feature, types);
    if (fault !== null) return `ownFeatures: "${feature.name}" ${fault}`;
  }
  return null;
}

function shapeFault({ name, means, version = 1, moves = false, of }: OwnFeature): string | null {
  if (!/^(?!constructor$)[a-z][a-z0-9_]{0,40}$/.test(name)) {
    return "needs lower-case letters, digits, underscores as its name";
  }
  if (typeof means !== "string" || !isLine(means) || means.length > 80) {
    return "needs `means`, its label of 1 to 80 characters on one line";
  }
  if (!Number.isInteger(version) || version < 1) {
    return `needs a whole number >= 1 as version, not ${version}`;
  }
  if (typeof moves !== "boolean") return `needs true or false as moves, not ${moves}`;
  return typeof of === "function" ? null : "needs `of`, a function";
}

const AMBIENT =
  /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(\(\s*\)|(?!\s*\())|\bMath\s*\.\s*random\b|\bperformance\s*\.\s*now\b/;
const SHOPPERS = 20;

/**
 * Tries a feature on invented shoppers: what happens after a moment, and what was asked before, may not change its value.
 * @returns in which way it is no function of a shopper's past; null: it was not seen to be any other
 */
export function pointInTimeFault(feature: OwnFeature, types: readonly string[] = []): string | null {
  if (AMBIENT.test(String(feature.of))) {
    return "reads the clock or chance: use asOfMs, the moment that it is about";
  }
  const random = seededRandom(17);
  const shoppers = Array.from({ length: SHOPPERS }, () => invent(random, types));
  const value = ({ days, startMs, day }: ReturnType<typeof invent>, daysMore = 0) => {
    const asOfMs = startMs + (day + daysMore) * DAY_MS;
    const past = Object.freeze(days.filter((d) => d.lastMs < asOfMs));
    return ownValue(feature, Object.freeze({ days: past, asOfMs, horizonDays: 28 }));
  };
  try {
    const first = shoppers.map((shopper) => value(shopper));
    for (const shopper of [...shoppers].reverse()) value(shopper, 30); // with all that comes later
    const again = shoppers.map((shopper) => value(shopper));
    return again.every((number, i) => Object.is(number, first[i]))
      ? null
      : "gives another value once it was asked about a later moment: it has to be a function of what it is given";
  } catch (error) {
    return `fails on an invented shopper: ${messageOf(error)}`;
  }
}
