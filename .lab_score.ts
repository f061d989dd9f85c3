import { readShoppers } from "./bench/lab/events.ts";
import { buildCutoffs, stack } from "./bench/lab/cutoffs.ts";
import { loadModels } from "./src/models/mod.ts";
import { FEATURES, FEATURE_HASH } from "./src/features/definition.ts";
import { createTrainer } from "./src/training/trainer.ts";
import { loadScorer } from "./src/training/scorer.ts";
const trainer = await createTrainer({ workers: 1 });
const { shoppers, lastMs } = await readShoppers(Deno.args[0]);
const models = await loadModels();
const cuts = buildCutoffs(shoppers, [...models.values()], { firstMs: Date.parse("2011-02-01"), lastMs: Date.parse("2011-11-11"), stepDays: 14, activeDays: 90, horizonDays: 28, minTrain: 3, activity: "purchase" }, lastMs).slice(0, 8);
for (const m of models.values()) {
  const rows = stack(cuts, m.name);
  let cp = 0;
  const r = await trainer.compete({ task: { name: m.name, kind: m.kind, features: FEATURES, candidates: m.candidates, horizonDays: 28, featureHash: FEATURE_HASH }, rows, seed: 1 }, { onCheckpoint: (b) => cp = Math.max(cp, b.length) });
  const all = await trainer.refit({ task: { name: m.name, kind: m.kind, features: FEATURES, candidates: m.candidates, horizonDays: 28, featureHash: FEATURE_HASH }, rows, seed: 1, recipe: { recipe: { family: "blend", name: "blend", of: [] }, members: r.candidates.filter((c) => c.name === "linear" || c.name === "additive" || c.name === "deep").map((c) => c.recipe) } });
  const s = loadScorer(all.artifact); const row = [...rows.features.subarray(0, FEATURES.length)];
  console.log(m.name, r.artifact.length, "bytes;", all.artifact.length, "blend; checkpoint", cp, r.winner.recipe.name);
  for (const n of [1, 10, 1000]) { const rr = Array.from({ length: n }, () => row); for (let k = 0; k < 3; k++) { const t = performance.now(); for (let i = 0; i < 200 / Math.min(n, 100); i++) s.predict(rr); console.log(n, ((performance.now() - t) / (200 / Math.min(n, 100)) * 1000).toFixed(0), "us"); } }
}
trainer.close();
