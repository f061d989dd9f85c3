/** Replays "worth" and all peers on matrices that are there: `deno run -A bench/when/try_worth.ts FOLDER OUT.json [PATTERN]`. */
import { join } from "node:path";
import { readMatrix } from "./matrix.ts";
import { oracle } from "./oracle.ts";
import { bestPeriod } from "./policies/calendars.ts";
import { POLICIES } from "./policies/mod.ts";
import { worthPolicy } from "./policies/worth.ts";
import { priorWithout } from "./policies/worth_priors.ts";
import { type Policy, replay, scheduled } from "./replay.ts";
import { pricesOf, viewsOf } from "./run.ts";

const [folder, out, pattern = "."] = Deno.args;
const wanted = new RegExp(pattern);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
  .filter((name) => name.endsWith(".json") && !name.includes("peers") && wanted.test(name))
  .map((name) => name.replace(/\.json$/, "")).sort();
const ours = worthPolicy(priorWithout);
const rows: Record<string, unknown>[] = [];
for (const name of names) {
  const matrix = await readMatrix(folder, name);
  for (const view of viewsOf(matrix, () => {})) {
    const delay = typeof view.delay === "number" ? `delay-${view.delay}` : view.delay;
    const prices = pricesOf(view);
    let peers: { prices: { alpha: number; trainings: Record<string, number[]> }[] } | null = null;
    try {
      peers = JSON.parse(await Deno.readTextFile(join(folder, `${name}.${delay}.peers.json`)));
    } catch { /* not made yet */ }
    prices.forEach((alpha, level) => {
      const best = oracle(view, alpha).cost;
      const near = peers?.prices.find((price) => Math.abs(price.alpha / alpha - 1) < 1e-6);
      const policies: Policy[] = [
        ours,
        ...POLICIES,
        ...Object.entries(near?.trainings ?? {}).map(([peer, trainings]) => scheduled(peer, trainings)),
      ];
      const shared = {
        set: matrix.set,
        learner: matrix.learner,
        seed: matrix.seed,
        delay: view.delay,
        alpha,
        level,
        oracle: best,
      };
      for (const policy of policies) {
        const { cost, trainings } = replay(view, alpha, policy);
        rows.push({
          ...shared,
          policy: policy.name,
          cost,
          trainings: trainings.length,
          decisions: view.blocks - view.start - 1,
        });
      }
      const { cost, trainings } = bestPeriod(view, alpha);
      rows.push({
        ...shared,
        policy: "best period",
        cost,
        trainings: trainings.length,
        decisions: view.blocks - view.start - 1,
      });
    });
  }
  await Deno.writeTextFile(out, JSON.stringify(rows));
  console.log(name);
}
