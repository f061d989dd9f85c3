import assert from "node:assert/strict";
import { POLICIES } from "../../src/backtest/policies/mod.ts";
import { nextStep, type Situation } from "../../src/backtest/step.ts";
import {
  checkPolicySpec,
  configFor,
  labelOf,
  readPolicy,
  StandardPolicy,
} from "../../src/backtest/policy_spec.ts";
import { InvalidInputError } from "../../src/core/errors.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { ALL_SETTINGS } from "../../src/config/settings.ts";
import { findings } from "../retraining/what_if_support.ts";

const situation = (changed: Partial<Situation> = {}): Situation => ({
  asOf: "2011-06-01T00:00:00.000Z",
  serves: true,
  lastTrained: "2011-05-04T00:00:00.000Z",
  findings: null,
  losses: null,
  labelledCutoffs: 5,
  cutoffsMin: 3,
  ...changed,
});
const drifted = findings({
  drift: { answer: "drifted", text: "inputs shifted", since: "2011-05-20T00:00:00.000Z", top: [] },
});
const fell = findings({ outcomes: { answer: "fell", text: "it does worse", rows: 500 } });
const holds = findings({ outcomes: { answer: "holds", text: "it holds", rows: 500 } });

/** Versions that lose more with every moment of their age; the one of moment 2 serves. Nothing is known of `unknown` ones. */
function ageing({ price = 0.01, moment = 14, unknown = false } = {}): Situation["losses"] {
  const loss = (t: number, j: number) => j <= t - 2 || unknown ? NaN : 1 + 0.1 * (j - t);
  const view = {
    start: 2,
    blocks: 16,
    knownAt: (j: number) => j + 2,
    version: (t: number) => t < 2 ? null : { at: t, through: t - 2, rows: 100 },
    loss,
    seen: loss,
    pairSe: () => NaN,
    recalibrated: () => NaN,
    shift: () => 0,
  };
  return { view, moment, serving: 2, price };
}

for (
  const [policy, changed, want] of [
    ["never", {}, "nothing"],
    ["never", { serves: false }, "cycle"],
    ["every", {}, "train"],
    ["every", { serves: false, labelledCutoffs: 2 }, "nothing"],
    ["every", { serves: false }, "train"],
    ["every:validate=true", {}, "cycle"],
    ["every:validate=true", { serves: false, labelledCutoffs: 2 }, "cycle"],
    ["calendar=28d", {}, "train"],
    ["calendar=29d", {}, "nothing"],
    ["calendar=28d:validate=true", {}, "cycle"],
    ["calendar=29d", { lastTrained: null }, "train"],
    ["performance", { findings: fell }, "cycle"],
    ["performance", { findings: holds }, "nothing"],
    ["performance", { findings: drifted }, "nothing"],
    ["performance", {}, "nothing"],
    ["drift", { findings: drifted }, "cycle"],
    ["drift", { findings: fell }, "nothing"],
    ["drift", {}, "nothing"],
    ["perennial", {}, "cycle"],
    ["cara", { losses: ageing() }, "train"],
    ["upf", { losses: ageing() }, "train"],
    ["cusum", { losses: ageing() }, "train"],
    ["cara", { losses: ageing({ price: 90 }) }, "nothing"],
    ["upf", { losses: ageing({ price: 90 }) }, "nothing"],
    ["oracle", { losses: ageing({ moment: 6 }) }, "train"],
    ["oracle", { losses: ageing({ moment: 6, price: 90 }) }, "nothing"],
    ["oracle", { losses: ageing({ unknown: true }) }, "nothing"],
    ["cara", { losses: ageing({ unknown: true }) }, "nothing"],
    ["cara", {}, "nothing"],
    ["oracle", {}, "nothing"],
    ["cara", { serves: false }, "train"],
  ] as const
) {
  Deno.test(`nextStep() of ${policy} ${JSON.stringify(changed).slice(0, 60)} is ${want}`, async () => {
    const step = await nextStep(readPolicy(policy), situation(changed));
    assert.equal(step.run, want, step.why);
    assert.equal(step.trigger === null, want !== "cycle");
    assert.ok(step.why.length > 0);
  });
}

Deno.test("nextStep() forces the cycle that a policy has decided on, and lets Perennial's check decide itself", async () => {
  const trigger = async (policy: string, changed: Partial<Situation>) =>
    (await nextStep(readPolicy(policy), situation(changed))).trigger;
  assert.equal(await trigger("every:validate=true", {}), "force");
  assert.equal(await trigger("drift", { findings: drifted }), "force");
  assert.equal(await trigger("perennial", {}), "replay");
  assert.equal(
    await trigger("drift", { serves: false }),
    "replay",
    "the first model is everybody's own check's",
  );
});

Deno.test("every policy that can be asked for is there, and those that look validate always", () => {
  assert.deepEqual(POLICIES.map(({ name }) => name), [...StandardPolicy.options]);
  for (const { looks, validates, means } of POLICIES) {
    assert.ok(!looks || validates === "always", "looks need what a validation measured");
    assert.ok(means.length > 0);
  }
});

for (
  const text of [
    "never",
    "every:validate=true",
    "calendar=28d:max_train_cutoffs=6,validate=true",
    "perennial:gate=threshold,margin=none,min_new_samples=500",
  ]
) {
  Deno.test(`readPolicy() reads back what labelOf() writes: ${text}`, () => {
    const spec = readPolicy(text);
    assert.deepEqual(readPolicy(labelOf(spec)), spec);
    checkPolicySpec(spec, RetrainingConfig.parse({}));
  });
}

for (
  const [text, field, says] of [
    ["calendar", "days", /calendar=28d/],
    ["every=28d", "days", /only calendar/],
    ["drift:validate=true", "validate", /validated always/],
    ["never:seed=3", "config", /all others are compared/],
    ["perennial:horizon_days=7", "config.horizon_days", /could not be compared/],
    ["perennial:rollout=canary", "config.rollout", /serves at once/],
    ["perennial:contact_cost=2", "config.contact_cost", /no decision/],
    ["perennial:retrain_interval_hours=5", "config.retrain_interval_hours", /every step_days/],
    ["perennial:no_such=5", "config.no_such", /there is none/],
    ["perennial:min_new_samples=0", "min_new_samples", /Cannot use/],
  ] as const
) {
  Deno.test(`checkPolicySpec() refuses ${text}`, () => {
    assert.throws(
      () => checkPolicySpec(readPolicy(text), RetrainingConfig.parse({})),
      (error) => error instanceof InvalidInputError && error.field === field && says.test(error.message),
    );
  });
}

Deno.test("readPolicy() says what there is where it cannot read", () => {
  for (const text of ["", "sometimes", "never=x", "calendar=0d"]) {
    assert.throws(() => readPolicy(text), /need never, every, calendar, performance, drift, perennial/, text);
  }
});

Deno.test("configFor() puts a policy's settings over those of every model, and nothing waits for the wall clock", () => {
  const inForce = RetrainingConfig.parse({
    rollout: "canary",
    approval: "required",
    backups_kept: 1,
    models: { churn: { gate: "threshold", rollout: "shadow", seed: 7 } },
  });
  const config = configFor(inForce, readPolicy("perennial:gate=evidence"));
  const { gate, rollout, approval, backups_kept, seed } = configOf(config, "churn");
  assert.deepEqual([gate, rollout, approval, backups_kept, seed], ["evidence", "immediate", "none", 1000, 7]);
});

Deno.test("configFor() takes or refuses each setting there is by what it reaches", () => {
  const taken = ALL_SETTINGS.filter(({ name, standard }) => {
    try {
      configFor(RetrainingConfig.parse({}), { policy: "perennial", config: { [name]: standard } });
      return true;
    } catch (error) {
      assert.ok(error instanceof InvalidInputError, name);
      return false;
    }
  }).map(({ name }) => name);
  assert.ok(
    taken.includes("refit") && taken.includes("min_new_samples") && taken.includes("false_alarm_days"),
  );
  assert.ok(!taken.includes("step_days") && !taken.includes("approval") && !taken.includes("currency"));
});
