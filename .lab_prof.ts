import process from "node:process";
import { readShoppers } from "./bench/lab/events.ts";
import { buildCutoffs, stack } from "./bench/lab/cutoffs.ts";
import { loadModels } from "./src/models/mod.ts";
import { FEATURES, FEATURE_HASH } from "./src/features/definition.ts";
import { compete } from "./src/training/compete.ts";
import { startBackend } from "./src/training/backend.ts";
const now = () => { const c = process.cpuUsage(); return (c.user + c.system) / 1000; };
await startBackend();
const { shoppers, lastMs } = await readShoppers(Deno.args[0]);
const models = await loadModels();
const cuts = buildCutoffs(shoppers, [...models.values()], { firstMs: Date.parse("2011-02-01"), lastMs: Date.parse("2011-11-11"), stepDays: 14, activeDays: 90, horizonDays: 28, minTrain: 3, activity: "purchase" }, lastMs).slice(0, -2);
for (const m of models.values()) for (let k = 0; k < 2; k++) {
  const t = now(); let last = t;
  await compete({ task: { name: m.name, kind: m.kind, features: FEATURES, candidates: m.candidates, horizonDays: 28, featureHash: FEATURE_HASH }, rows: stack(cuts, m.name), seed: 1 },
   { progress: (p) => { if (p.epoch === 0) { const n = now(); console.log((n - last).toFixed(0), "ms before", p.candidate); last = n; } }, checkpoint: () => {}, tick: () => Promise.resolve() });
  console.log(m.name, (now() - t).toFixed(0), "ms; last", (now() - last).toFixed(0));
}
