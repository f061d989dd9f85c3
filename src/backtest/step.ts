import { messageOf } from "../core/errors.ts";
import type { Known } from "./policies/policy.ts";
import { policyNamed } from "./policies/mod.ts";
import type { PolicySpec } from "./policy_spec.ts";

/** The action of a policy at one moment. */
export interface Step {
  /**
   * `cycle`: the production cycle, validation and all; `train`: trains on all that is labelled and lets it serve;
   * `nothing`: what serves goes on
   */
  run: "nothing" | "cycle" | "train";
  /** of a cycle. `force`: the policy has decided; `replay`: the cycle's own check decides */
  trigger: "force" | "replay" | null;
  why: string;
}

/** The situation at a moment, and how far the history has come. */
export interface Situation extends Known {
  /** whether a version of the policy's serves */
  serves: boolean;
  labelledCutoffs: number;
  cutoffsMin: number;
}

/** Whether a policy lets only validated versions serve. */
export const isValidated = (spec: PolicySpec): boolean =>
  policyNamed(spec.policy).validates === "always" || spec.validate === true;

/** Asks a policy. */
export async function nextStep(spec: PolicySpec, situation: Situation): Promise<Step> {
  if (!situation.serves) return firstModel(spec, situation);
  const { run, why } = await decision(spec, situation);
  if (!run) return { run: "nothing", trigger: null, why };
  if (!isValidated(spec)) return { run: "train", trigger: null, why };
  return {
    run: "cycle",
    trigger: spec.policy === "perennial" || spec.policy === "worth" ? "replay" : "force",
    why,
  };
}

/** One of the operator's that fails or does not answer trains nothing at this moment, and the step says why. */
async function decision({ policy, days }: PolicySpec, situation: Situation) {
  try {
    return await policyNamed(policy).decide(situation, { days: days ?? null });
  } catch (error) {
    if (!policy.startsWith("own:")) throw error;
    return { run: false, why: `${policy} cannot decide: ${messageOf(error).slice(0, 300)}` };
  }
}

/** Every policy begins alike: once there are enough labelled cut-offs. */
function firstModel(spec: PolicySpec, { labelledCutoffs: have, cutoffsMin: need }: Situation): Step {
  if (isValidated(spec)) {
    return { run: "cycle", trigger: "replay", why: "no model serves yet: its check decides" };
  }
  return have >= need
    ? { run: "train", trigger: null, why: `no model serves yet, and ${have} cut-offs are labelled` }
    : { run: "nothing", trigger: null, why: `${have} labelled cut-offs, ${need} needed for a first model` };
}
