import { sleep } from "../../src/core/deadline.ts";
import { gaussian, mix32, seededRandom } from "../../src/core/random.ts";
import type { Bench } from "../shared/bench.ts";
import { play, POLICIES, RATES } from "./bandits.ts";
import { type Cell, type PolicyCell, reportOf } from "./report.ts";
import { type Shop, streamOf } from "./stream.ts";
import { type End, WAYS } from "./ways.ts";

const SHOP: Omit<Shop, "worse"> = {
  shoppersPerDay: 400,
  days: 84,
  horizonDays: 28,
  accuracy: 0.75,
  discordance: 0.12,
  shock: 0,
};

/** Points of accuracy that a challenger loses, as shares. */
const EFFECTS = [-0.02, 0, 0.01, 0.02, 0.05];

const SHOPS: readonly { name: string; shop: Omit<Shop, "worse">; effects: readonly number[] }[] = [
  { name: "400 shoppers a day", shop: SHOP, effects: EFFECTS },
  { name: "100 shoppers a day", shop: { ...SHOP, shoppersPerDay: 100 }, effects: EFFECTS },
  {
    name: "400 shoppers a day, who share their days: a day moves accuracy by 2 points, up or down",
    shop: { ...SHOP, shock: 0.02 },
    effects: [0, 0.02],
  },
];

export const rolloutBench: Bench = {
  name: "rollout",
  about:
    "simulated rollouts: wrong decisions, time and regret, beside a fixed test, peeking and Flagger's rule",
  minutes: 60,
  async run({ say, quick }) {
    const runs = quick ? 20 : 1000;
    const cells: Cell[] = [];
    for (const { name, shop, effects } of SHOPS) {
      for (const worse of effects) {
        say(`rollout: ${name}, worse by ${100 * worse} points`);
        cells.push(...cellsOf(name, { ...shop, worse }, runs));
        await sleep(0); // an interrupt can be heard
      }
    }
    say("rollout: bandits");
    const policies = policyCells(quick ? 2 : 120);
    return { report: reportOf(cells, policies), versions: {} };
  },
};

/** Every way decides the same rollouts. */
function cellsOf(name: string, shop: Shop, runs: number): Cell[] {
  const ends = WAYS.map((): End[] => []);
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(mix32(run + 1));
    const stream = streamOf(shop, random, gaussian(random));
    WAYS.forEach((way, i) => ends[i].push(way.end(stream)));
  }
  return WAYS.map((way, i) => ({
    shop: name,
    worse: shop.worse,
    shock: shop.shock,
    way: way.name,
    ends: ends[i],
  }));
}

function policyCells(runs: number): PolicyCell[] {
  return RATES.flatMap((rates) =>
    POLICIES.map((policy) => ({
      rates,
      policy: policy.name,
      played: Array.from({ length: runs }, (_, run) => play(policy, rates, seededRandom(mix32(run + 1)))),
    }))
  );
}
