import type { Asked } from "../../core/asked.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { addNamed } from "../../core/named.ts";
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

/** Every policy of ours: a new one is a file and a line. */
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

/** A policy, wherever it runs. */
type AnyPolicy = Policy | Asked<Policy>;

const OWN: AnyPolicy[] = [];

/** Lets backtests be asked for an operator's policy, as `own:NAME`. @throws {RangeError} another has its name */
export const addPolicy = (policy: AnyPolicy): void => addNamed(OWN, policy);

/** The operator's policies, as they are asked for, with what each does in their author's words. */
export const ownPolicies = (): { name: string; means: string }[] =>
  OWN.map(({ name, means }) => ({ name: `own:${name}`, means }));

/** @throws {InvalidInputError} there is none of this name */
export function policyNamed(name: string): AnyPolicy {
  const policy = name.startsWith("own:")
    ? OWN.find((own) => `own:${own.name}` === name)
    : POLICIES.find((ours) => ours.name === name);
  if (policy) return policy;
  const names = [...POLICIES.map((ours) => ours.name), ...OWN.map((own) => `own:${own.name}`)];
  throw new InvalidInputError(`Cannot find policy "${name}": there are ${names.join(", ")}`, "policy");
}
