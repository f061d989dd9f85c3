import { registerVersion } from "../../src/app/registry/signatures.ts";
import { type Backtest, type BacktestEnd, type LabelledPolicy } from "../../src/backtest/backtest.ts";
import { policyNamed } from "../../src/backtest/policies/mod.ts";
import { isValidated, nextStep, type Step } from "../../src/backtest/step.ts";
import { configFor } from "../../src/backtest/policy_spec.ts";
import { endBacktest, getBacktest, listEnds, listSteps, saveStep } from "../../src/db/backtests/backtests.ts";
import { createScope, dropScope, scopeOf } from "../../src/db/backtests/scopes.ts";
import { moveServing, servingVersion } from "../../src/db/models/serving.ts";
import { versionOfCycle } from "../../src/db/models/versions.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { configOf } from "../../src/config/retraining.ts";
import { labelledBlocks } from "../../src/app/features/labelled_rows.ts";
import { type CheckEnd, checkLive, type LiveWorkflows } from "./live.ts";
import { type LossBooks, lossView } from "./losses.ts";
import { scoreServed } from "./score.ts";
import type { Scopes } from "./scopes.ts";
import { gatherFindings } from "../check.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import { fitReference } from "../train.ts";

/** One policy of a backtest. */
export interface PolicyRunId {
  backtest: string;
  /** its place among the policies */
  policy: number;
}

/** One model at one moment of it. */
export interface StepId extends PolicyRunId {
  /** places among the models and the moments */
  model: number;
  moment: number;
}

/** The place of a step, in the words that cycles use. */
export interface StepPlace {
  /** left out: the policy runs on what serves */
  scope?: string;
  label: string;
  model: string;
  asOf: string;
  /** number of the cycle, if one is run in the scope */
  number: number;
}

/** The size of a backtest. */
interface Open {
  policies: number;
  models: number;
  moments: number;
  /** policies that are walked at once */
  lanes: number;
  /** whether it has ended meanwhile */
  ended: boolean;
}

/** One policy's way through the moments. */
export interface OpenPolicyRun {
  label: string;
  /** whether it has ended meanwhile */
  ended: boolean;
  /** whether models walk side by side: where looks are made, the second model shares those of the first; left out: no */
  sideBySide?: boolean;
}

type Deps = ActivityDeps & { policyRunsAtOnce: number; liveWorkflows: LiveWorkflows };

export const createBacktestActivities = (deps: Deps, scopes: Scopes, books: LossBooks = new Map()) => ({
  /** Returns the number of policies to run, of those at once, and whether the backtest has ended meanwhile. */
  async openBacktest({ backtest: id }: { backtest: string }): Promise<Open> {
    const { policies, models, moments } = await getBacktest(deps.sql, id);
    const ended = (await listEnds(deps.sql, id)).some(({ policy }) => policy === "");
    const live = policies.filter((policy) => policy.live).length; // takes the core that is left to what serves
    const lanes = Math.min(policies.length, deps.policyRunsAtOnce + live);
    return { policies: policies.length, models: models.length, moments: moments.length, lanes, ended };
  },

  /** Gives a policy a registry of its own, unless it runs on what serves. Once: a retry finds it. */
  async openLane({ backtest: id, policy: index }: PolicyRunId): Promise<OpenPolicyRun> {
    const backtest = await getBacktest(deps.sql, id);
    const spec = backtest.policies[index];
    const scope = scopeAt(backtest, index);
    const ended = (await listEnds(deps.sql, id)).some(({ policy }) => policy === spec.label);
    if (!ended && scope !== undefined) {
      const config = configFor(backtest.config, spec);
      await createScope(deps.sql, scope, { config, why: `backtest ${id}: ${spec.label}` });
    }
    return { label: spec.label, ended, sideBySide: spec.live === true || !isValidated(spec) };
  },

  /** Returns the place of a step, whether it was made already, and whether its policy wants looks first. */
  async planStep(step: StepId): Promise<StepPlace & { done: boolean; looks: boolean }> {
    const { place, spec } = await placeOf(deps, step);
    const { label: policy, model, scope } = place;
    const steps = await listSteps(deps.sql, { backtest: step.backtest, policy, model });
    const serves = await servingVersion(scopes.depsOf(scope).sql, model) !== null;
    return {
      ...place,
      done: steps.some(({ asOf }) => asOf === place.asOf),
      looks: serves && policyNamed(spec.policy).looks,
    };
  },

  /** Asks the policy. @param observations looks made for it */
  async decideStep({ observations, ...step }: StepId & { observations: string[] }): Promise<Step> {
    const { place, spec, backtest } = await placeOf(deps, step);
    const { label: policy, model: name, scope, asOf } = place;
    const within = scopes.depsOf(scope);
    const asOfMs = Date.parse(asOf);
    const { model, config } = await modelAndConfig(within, name);
    const { losses: needs } = policyNamed(spec.policy);
    const [serves, blocks, steps] = await Promise.all([
      servingVersion(within.sql, name),
      labelledBlocks(within, model, { config, asOfMs }),
      listSteps(deps.sql, { backtest: step.backtest, policy, model: name }),
    ]);
    const about = { trigger: "replay" as const, asOfMs, observations };
    const lastTrained = steps.findLast(({ trained }) => trained)?.asOf ?? null;
    const serving = backtest.moments.indexOf(lastTrained ?? "");
    const last = needs === "all" ? backtest.moments.length - 1 : step.moment;
    const view = needs !== undefined && serves !== null && serving >= 0
      ? await lossView(scopes.depsOf(scope, { notes: false }), books, {
        backtest,
        model,
        config,
        moment: last,
      })
      : null;
    return await nextStep(spec, {
      asOf,
      serves: serves !== null,
      labelledCutoffs: blocks.length,
      cutoffsMin: config.min_train_cutoffs,
      lastTrained,
      losses: view && { view, moment: step.moment, serving, price: config.training_price },
      findings: observations.length > 0
        ? (await gatherFindings(within, model, config, about)).findings
        : null,
    });
  },

  /** Runs what Perennial does at a moment with what serves. Once: a retry is answered what was found then. */
  async checkLive(step: StepId): Promise<CheckEnd> {
    const { place } = await placeOf(deps, step);
    return await checkLive(deps, deps.liveWorkflows, place);
  },

  /** Trains on all that is labelled and lets it serve, as one who does not validate. Once: a retry finds its version. */
  async trainStep(step: StepId): Promise<void> {
    const { place } = await placeOf(deps, step);
    const { model: name, scope, asOf, number } = place;
    const within = scopes.depsOf(scope);
    const cycleId = cycleIdOf(name, number);
    const { model, config } = await modelAndConfig(within, name);
    const version = (await versionOfCycle(within.sql, cycleId))?.version ??
      await train(within, { model, cycleId, asOf, config });
    const expected = await servingVersion(within.sql, name);
    const move = {
      model: name,
      version,
      expected,
      kind: "deploy" as const,
      key: cycleId,
      by: place.label,
      asOf,
    };
    await moveServing(within.sql, { ...move, why: "it takes every challenger" });
  },

  /**
   * Scores what the policy serves after this step on what followed, and writes the step down.
   * @param ended.cycleId of the cycle that was run, if one was; left out, as by 0.4.0: the scope's own of this step
   */
  async recordStep(
    { run, why, outcome, cycleId, ...step }:
      & StepId
      & Pick<Step, "run" | "why">
      & { outcome: string | null; cycleId?: string },
  ): Promise<void> {
    const { place, backtest } = await placeOf(deps, step);
    const { label: policy, model, scope, asOf, number } = place;
    const within = scopes.depsOf(scope);
    const made = await versionOfCycle(within.sql, cycleId ?? cycleIdOf(model, number));
    const trained = made !== null && made.manifest.recalibrated === undefined;
    const scored = Date.parse(asOf) >= Date.parse(backtest.scoredFrom[model])
      ? await scoreServed(deps, within, { backtest, model, asOf, live: scope === undefined })
      : { version: await servingVersion(within.sql, model), rows: 0, metrics: null, predictionsSha256: null };
    await saveStep(deps.sql, step.backtest, { policy, model, asOf, run, why, outcome, trained, ...scored });
  },

  /** Writes down how a policy ended, and forgets its registry: what it did is in its steps. */
  async closeLane(
    { backtest: id, policy: index, state, text }: PolicyRunId & Pick<BacktestEnd, "state" | "text">,
  ): Promise<void> {
    const backtest = await getBacktest(deps.sql, id);
    await forget(deps, scopes, scopeAt(backtest, index));
    await endBacktest(deps.sql, id, { policy: backtest.policies[index].label, state, text });
  },

  /** Writes down how all of it ended; what is still open is closed with it. */
  async closeBacktest(
    { backtest: id, cancelled }: { backtest: string; cancelled: boolean },
  ): Promise<Pick<BacktestEnd, "state" | "text">> {
    const { sql } = deps;
    const backtest = await getBacktest(sql, id);
    const { policies } = backtest;
    const ended = new Set((await listEnds(sql, id)).map(({ policy }) => policy));
    for (const [index, { label: policy }] of policies.entries()) {
      await forget(deps, scopes, scopeAt(backtest, index));
      if (!cancelled || ended.has(policy)) continue; // a retry goes on where the last one came to
      await endBacktest(sql, id, { policy, state: "cancelled", text: "it was cancelled" });
    }
    const end = wholeEnd(policies, await listEnds(sql, id), cancelled);
    await endBacktest(sql, id, { policy: "", ...end });
    return end;
  },
});

/** Names the training of a step; the scope makes it one of a kind. The production cycle names itself so. */
const cycleIdOf = (model: string, number: number) => `retrainer/${model}/cycle/${number}`;

/** The scope of a policy; undefined: it runs on what serves. */
const scopeAt = ({ id, policies }: Backtest, index: number): string | undefined =>
  policies[index].live ? undefined : scopeOf(id, index);

async function placeOf(
  { sql }: ActivityDeps,
  { backtest: id, policy, model, moment }: StepId,
): Promise<{ backtest: Backtest; spec: LabelledPolicy; place: StepPlace }> {
  const backtest = await getBacktest(sql, id);
  const spec = backtest.policies[policy];
  const place = {
    scope: scopeAt(backtest, policy),
    label: spec.label,
    model: backtest.models[model],
    asOf: backtest.moments[moment],
    number: moment + 1,
  };
  return { backtest, spec, place };
}

async function train(
  within: ActivityDeps,
  { model, cycleId, asOf, config }: {
    model: ModelDefinition;
    cycleId: string;
    asOf: string;
    config: ReturnType<typeof configOf>;
  },
): Promise<number> {
  const blocks = await labelledBlocks(within, model, { config, asOfMs: Date.parse(asOf) });
  const { manifest, artefactSha256 } = await fitReference(within, { cycleId, model, config, blocks, asOf });
  return await registerVersion(within.sql, within.signing, { manifest, artefactSha256 });
}

async function forget({ sql }: ActivityDeps, scopes: Scopes, scope: string | undefined): Promise<void> {
  if (scope === undefined) return;
  await scopes.close(scope);
  await dropScope(sql, scope);
}

function wholeEnd(
  policies: readonly LabelledPolicy[],
  ends: readonly BacktestEnd[],
  cancelled: boolean,
): Pick<BacktestEnd, "state" | "text"> {
  const endsIn = (state: BacktestEnd["state"]) =>
    ends.filter((end) => end.policy !== "" && end.state === state);
  const finished = endsIn("finished").length;
  const failed = endsIn("failed");
  if (cancelled) {
    return { state: "cancelled", text: `${finished} of ${policies.length} policies had finished` };
  }
  if (failed.length === 0) return { state: "finished", text: `${finished} policies` };
  const first = `${failed[0].policy}: ${failed[0].text}`;
  return { state: finished > 0 ? "finished" : "failed", text: `${failed.length} policies failed; ${first}` };
}
