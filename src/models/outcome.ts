import { InvalidInputError, messageOf } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import { seededRandom } from "../core/random.ts";
import { invent } from "../features/invented.ts";
import type { UserDay } from "../features/user_day.ts";

/** How a model says what came true. */
interface Labels {
  readonly label: (future: readonly UserDay[]) => number | string;
  readonly classes?: readonly string[];
  readonly events?: readonly string[];
}

/** Returns what a model's label says of some days as a number: of several classes the place of the one that it names. */
export function outcomeOf(
  { label, classes }: Pick<Labels, "label" | "classes">,
): (future: readonly UserDay[]) => number {
  return (future) => {
    const said = label(future);
    const outcome = classes ? classes.indexOf(String(said)) : said;
    if (typeof outcome === "number" && !(classes && outcome < 0)) return outcome;
    const wanted = classes ? `one of ${classes.map((name) => `"${name}"`).join(", ")}` : "a number";
    throw new InvalidInputError(`The label has to be ${wanted}, not ${JSON.stringify(said)}`, "label");
  };
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
      const outcome = outcomeOf(model)(days);
      if (!Number.isFinite(outcome)) return `label: it says ${outcome} of ${whose}; need a finite number`;
      if (model.kind === "classification" && outcome !== 0 && outcome !== 1) {
        return `label: it says ${outcome} of ${whose}; a classification needs 0 or 1`;
      }
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
