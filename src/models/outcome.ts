import { InvalidInputError } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import { seededRandom } from "../core/random.ts";
import { invent } from "../features/invented.ts";
import type { UserDay } from "../features/user_day.ts";
import type { ModelDefinition } from "./model.ts";

/** Returns what a model's label says of some days as a number: of several classes the place of the one that it names. */
export function outcomeOf(
  { label, classes }: Pick<ModelDefinition, "label" | "classes">,
): (future: readonly UserDay[]) => number {
  return (future) => {
    const said = label(future);
    const outcome = classes ? classes.indexOf(String(said)) : said;
    if (typeof outcome === "number" && !(classes && outcome < 0)) return outcome;
    const wanted = classes ? `one of ${classes.map((name) => `"${name}"`).join(", ")}` : "a number";
    throw new InvalidInputError(`The label has to be ${wanted}, not ${JSON.stringify(said)}`, "label");
  };
}

const INVENTED = 200;
const fingerprints = new WeakMap<object, string>();

/**
 * What tells one label from another: its source, and what it says of invented days. A number that it takes from outside
 * of itself stands in no source; what follows from it does.
 */
export function labelFingerprint({ label, events = [] }: Pick<ModelDefinition, "label" | "events">): string {
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
