import { inspect } from "node:util";
import { messageOf, OwnCodeError } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import { seededRandom } from "../core/random.ts";
import { invent } from "../features/invented.ts";
import { runsOf } from "../features/packed_days.ts";
import type { UserDay } from "../features/user_day.ts";

/** How a model says what came true. */
interface Labels {
  readonly label: (future: readonly UserDay[]) => number | string;
  readonly kind?: string;
  readonly classes?: readonly string[];
  readonly events?: readonly string[];
}

type Labelled = Pick<Labels, "label" | "kind" | "classes">;

/**
 * Returns what a model's label says of some days as a number: of several classes the place of the one that it names.
 * @throws {OwnCodeError} it says what cannot be an outcome
 */
export function outcomeOf({ label, kind, classes }: Labelled): (future: readonly UserDay[]) => number {
  return (future) => {
    const said = saidBy(label, future);
    const outcome = classes ? classes.indexOf(String(said)) : said;
    if (typeof outcome === "number" && isOutcome(outcome, { kind, classes })) return outcome;
    const wanted = classes
      ? `one of ${classes.map((name) => `"${name}"`).join(", ")}`
      : kind === "classification"
      ? "0 or 1"
      : "a finite number";
    throw new OwnCodeError(`The label has to be ${wanted}, not ${shown(said)}`, "label");
  };
}

function saidBy(label: Labels["label"], future: readonly UserDay[]): number | string {
  try {
    return label(future);
  } catch (error) {
    throw new OwnCodeError(`The label fails: ${messageOf(error)}`, "label");
  }
}

function isOutcome(outcome: number, { kind, classes }: Pick<Labels, "kind" | "classes">): boolean {
  if (classes) return outcome >= 0;
  return kind === "classification" ? outcome === 0 || outcome === 1 : Number.isFinite(outcome);
}

/** A value as it is told, at most so long; a promise is what an async function returns. */
const shown = (value: unknown): string =>
  value instanceof Promise ? "a promise: it may not be async" : inspect(value, { depth: 1 }).slice(0, 100);

/** Labels shoppers where that can be ended. */
export type LabelsElsewhere = (futures: readonly (readonly UserDay[])[]) => Promise<readonly number[]>;

const elsewhere = new WeakMap<Labels["label"], LabelsElsewhere>();

/** Lets a label be asked elsewhere than in the thread that wants to know. */
export const labelElsewhere = (label: Labels["label"], labels: LabelsElsewhere): void =>
  void elsewhere.set(label, labels);

/** The outcomes of shoppers by their days, in their order. @throws {OwnCodeError} the label cannot say one: says why */
export async function outcomesOf(
  model: Labelled,
  futures: readonly (readonly UserDay[])[],
): Promise<readonly number[]> {
  const asked = elsewhere.get(model.label);
  if (!asked) return futures.map(outcomeOf(model));
  const outcomes: number[] = [];
  for (const run of runsOf(futures, (days) => days.length)) outcomes.push(...await asked(run));
  return outcomes;
}

const ASKED = 20;

/**
 * Says why a label cannot be used; null: it can. It is asked about a shopper who stayed away and about invented ones, so that
 * one that fails is named when its file is read, and not in a training weeks later.
 */
export function labelFault(model: Labels & { readonly kind: string }): string | null {
  const random = seededRandom(31);
  const invented = Array.from({ length: ASKED }, () => invent(random, model.events ?? []).days.slice(0, 8));
  for (const days of [[], ...invented]) {
    const whose = days.length === 0 ? "a shopper without days" : "a shopper of invented days";
    try {
      outcomeOf(model)(days);
    } catch (error) {
      return `label: it fails on ${whose}: ${messageOf(error)}`;
    }
  }
  return null;
}

const INVENTED = 200;
const fingerprints = new WeakMap<object, string>();

/**
 * What tells one label from another: its source, and what it says of invented days. A number that it takes from outside
 * of itself stands in no source; what follows from it does.
 */
export function labelFingerprint({ label, events = [] }: Omit<Labels, "classes">): string {
  const known = fingerprints.get(label);
  if (known !== undefined) return known;
  const random = seededRandom(23);
  const said = Array.from({ length: INVENTED }, () => {
    const { days } = invent(random, events);
    try {
      return String(label(days.slice(0, 1 + Math.floor(days.length * random()))));
    } catch {
      return "it fails";
    }
  });
  const fingerprint = sha256([String(label), ...said].join("\n"));
  fingerprints.set(label, fingerprint);
  return fingerprint;
}
