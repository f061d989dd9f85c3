import { calendar } from "./calendar.ts";
import { cara } from "./cara.ts";
import { cusum } from "./cusum.ts";
import { drift } from "./drift.ts";
import { every } from "./every.ts";
import { never } from "./never.ts";
import { oracle } from "./oracle.ts";
import { perennial } from "./perennial.ts";
import { performance } from "./performance.ts";
import type { Policy } from "./policy.ts";
import { upf } from "./upf.ts";
import { worth } from "./worth.ts";

/** Every policy there is: a new one is a file and a line. */
export const POLICIES: readonly Policy[] = [
  never,
  every,
  calendar,
  performance,
  drift,
  perennial,
  worth,
  cara,
  upf,
  cusum,
  oracle,
];

/** @throws {RangeError} there is none of this name */
export function policyNamed(name: string): Policy {
  const policyDefinition = POLICIES.find((policy) => policy.name === name);
  if (!policyDefinition) {
    throw new RangeError(`Cannot find policy "${name}": there are ${POLICIES.map((p) => p.name).join(", ")}`);
  }
  return policyDefinition;
}
