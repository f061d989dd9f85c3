import { readShoppers } from "./bench/lab/events.ts";
import { buildCutoffs, stack } from "./bench/lab/cutoffs.ts";
import { loadModels } from "./src/models/mod.ts";
import { FEATURES } from "./src/features/definition.ts";
const [file, out] = Deno.args;
let t = performance.now();
const { shoppers, lines, lastMs } = await readShoppers(file);
console.log(lines, shoppers.length, performance.now() - t); t = performance.now();
const models = await loadModels();
const cuts = buildCutoffs(shoppers, [...models.values()], { firstMs: Date.parse("2024-02-15"), lastMs: Date.parse("2024-06-20"), stepDays: 7, activeDays: 45, horizonDays: 14, minTrain: 3, activity: "any" }, lastMs);
console.log(cuts.length, performance.now() - t, cuts.map((c) => c.featureMs.toFixed(0) + "/" + c.users.length).join(" "));
const c = stack(cuts, "churn"), s = stack(cuts, "spending");
if (Deno.args[2]) { /* ecom */ }
const w = (n: string, a: ArrayBufferView) => Deno.writeFileSync(`${out}.${n}.bin`, new Uint8Array(a.buffer));
w("X", c.features); w("churn", c.target); w("spend", s.target); w("cut", c.cutoffMs); w("user", c.user);
Deno.writeTextFileSync(`${out}.json`, JSON.stringify(FEATURES));
