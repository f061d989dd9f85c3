import { registerVersion } from "../../src/app/registry/signatures.ts";
import { closedRounds } from "../../src/db/federated/rounds.ts";
import { summedRounds } from "../../src/db/federated/runs.ts";
import { targetUnit } from "../../src/app/features/spending_unit.ts";
import { predictorOf } from "../../src/federated/network.ts";
import type { FederatedRun } from "../../src/federated/run.ts";
import { epsilonSpent } from "../../src/federated/spent.ts";
import type { Manifest } from "../../src/registry/version.ts";
import { encodeArtifact } from "../../src/training/artifact.ts";
import { manifestOf, taskOf } from "../train.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { FederatedDeps } from "./deps.ts";
import type { RunRows } from "./rows.ts";

/** Seals what the rounds of a run came to, and registers it as its cycle's challenger. */
export async function registerFederated(
  deps: FederatedDeps,
  { run, rows: { model, config, snapshot, champion, trained, regions } }: {
    run: FederatedRun;
    rows: RunRows;
  },
): Promise<void> {
  const { sql, store } = deps;
  const { agreed, weights } = (await readCheckpoint(deps, run.id))!;
  const targets = Float64Array.from([...regions.values()].flatMap(({ target }) => [...target]));
  const newestCutoffMs = Math.max(...trained.map(({ cutoff }) => Date.parse(cutoff)));
  const task = taskOf(model, config);
  const predictor = predictorOf(task, {
    agreed,
    weights,
    plan: run.plan,
    seed: config.seed,
    newestCutoffMs,
    rows: targets.length,
  });
  const artefactSha256 = await store.put(encodeArtifact(predictor));
  const rounds = await closedRounds(sql, run.id);
  const curve = rounds.filter(({ round }) => round > 0)
    .map(({ round, loss }) => ({ epoch: round, loss, validationLoss: null }));
  const { recipe } = predictor;
  const { name } = recipe.recipe;
  const split = {
    by: "none" as const,
    fitRows: targets.length,
    validationRows: 0,
    embargoedRows: 0,
    why: "",
  };
  const manifest: Manifest = {
    ...manifestOf(deps, {
      cycleId: run.cycleId!,
      model,
      config,
      snapshot,
      champion,
      trained,
      unit: await targetUnit(sql, model, { asOfMs: Date.parse(snapshot.asOf) }),
      targets,
      result: { winner: recipe, artifact: new Uint8Array(), candidates: [{ name, recipe, curve }], split },
      artefactSha256,
    }),
    federated: await federatedPart(deps, run, rounds),
  };
  await registerVersion(sql, deps.signing, { manifest, artefactSha256 });
}

async function federatedPart(
  { sql }: FederatedDeps,
  { id, plan: { privacy }, participants }: FederatedRun,
  rounds: Awaited<ReturnType<typeof closedRounds>>,
): Promise<Manifest["federated"]> {
  const all = await summedRounds(sql);
  const own = all.filter(({ run }) => run === id);
  const names = participants ?? [];
  return {
    run: id,
    rounds: rounds.filter(({ round }) => round > 0).length,
    participants: names,
    dropOuts: rounds.reduce((sum, { summed }) => sum + names.length - summed, 0),
    privacy: privacy && {
      unit: "shopper",
      ...privacy,
      epsilon: epsilonSpent(own, privacy) ?? Infinity,
      epsilonInAll: epsilonSpent(all, privacy),
    },
  };
}
