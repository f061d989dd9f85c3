import { InvalidInputError } from "../core/errors.ts";
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
