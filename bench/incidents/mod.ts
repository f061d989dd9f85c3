import { fileURLToPath } from "node:url";
import { permutation, seededRandom } from "../../src/core/random.ts";
import type { Bench } from "../shared/bench.ts";
import { BUNDLED } from "../shared/service.ts";
import { type Base, drawStarts, makeBases, MODELS } from "./bases.ts";
import { withClicks } from "./clicks.ts";
import { datedIncidents } from "./dated.ts";
import { runEpisode } from "./episode.ts";
import { type IncidentKind, inject, KINDS } from "./inject.ts";
import { type Drawn, reportOf } from "./report.ts";
import { readRows, type ShopRow } from "./rows.ts";
import { type Shops, startShops } from "./shop.ts";

const WHOLE = fileURLToPath(new URL("../../data/online_retail.csv.gz", import.meta.url));
const NAMES = Object.keys(KINDS) as IncidentKind[];
/** Kinds that are tried with views and carts as well. */
const WITH_CLICKS: readonly IncidentKind[] = ["control", "lost event type", "bot traffic", "duplicate flood"];
const SEED = 20_110_412;
/** Episodes under way at once: while one waits for Postgres, another computes. */
const AT_ONCE = 4;

/** What is tried on one shop: its history, and which kinds how often. */
interface Plan {
  readonly shop: string;
  readonly rows: readonly ShopRow[];
  readonly kinds: readonly IncidentKind[];
  readonly starts: number;
  readonly drawsPerStart: number;
}

export const incidentsBench: Bench = {
  name: "incidents",
  about: "twelve kinds of incidents injected into the real data, and what the checks answer",
  minutes: 240,
  minutesWhole: 600,
  async run({ say, whole, quick }) {
    const shops = await startShops(() => undefined);
    try {
      const drawn: Drawn[] = [],
        calms: { shop: string; calm: Awaited<ReturnType<typeof makeBases>>["calm"] }[] = [];
      for (const plan of await plansFor({ whole, quick })) {
        const starts = drawStarts(plan.rows, plan.starts, SEED);
        const { bases, calm } = await makeBases(shops, plan.rows, starts, say);
        calms.push({ shop: plan.shop, calm });
        drawn.push(...await runPlan(shops, plan, bases, say));
        for (const { template } of bases) await shops.drop(template);
      }
      const dated = await datedIncidents(shops, say);
      return { report: reportOf({ drawn, calms, dated }), versions: { Postgres: shops.version } };
    } finally {
      await shops.stop();
    }
  },
};

async function plansFor({ whole, quick }: { whole: boolean; quick: boolean }): Promise<Plan[]> {
  const bundled = await readRows(BUNDLED);
  const size = quick ? { starts: 2, drawsPerStart: 1 } : { starts: 10, drawsPerStart: 2 };
  const plans: Plan[] = [
    { shop: "1,200 shoppers", rows: bundled, kinds: NAMES, ...size },
    {
      ...{
        shop: "1,200 shoppers, views and carts simulated",
        rows: withClicks(bundled, SEED),
        kinds: WITH_CLICKS,
      },
      ...size,
      starts: quick ? 1 : 5,
    },
  ];
  if (whole) {
    plans.push({
      shop: "the whole set",
      rows: await readRows(WHOLE),
      kinds: NAMES,
      starts: 4,
      drawsPerStart: 2,
    });
  }
  return plans;
}

/** Every draw of a plan; each has a seed, a strength and a model of its own. */
async function runPlan(
  shops: Shops,
  plan: Plan,
  bases: readonly Base[],
  say: (line: string) => void,
): Promise<Drawn[]> {
  const jobs = plan.kinds.flatMap((kind) =>
    bases.flatMap((base, b) =>
      Array.from({ length: plan.drawsPerStart }, (_, d) => ({ kind, base, nth: b * plan.drawsPerStart + d }))
    )
  );
  const drawn: Drawn[] = [], n = bases.length * plan.drawsPerStart;
  let next = 0;
  const runner = async () => {
    while (next < jobs.length) {
      const job = jobs[next++];
      drawn.push(await runDraw(shops, plan, { ...job, n }));
      const { kind, episode, incident } = drawn[drawn.length - 1];
      const last = episode.checks[episode.checks.length - 1].text.slice(0, 400);
      const right = episode.right ? "right" : `NOT RIGHT, ${episode.answer} (${last})`;
      say(
        `incidents: ${drawn.length} of ${jobs.length}: ${kind}, ${incident.text}: ${right} after ${episode.days} days`,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return drawn;
}

async function runDraw(
  shops: Shops,
  plan: Plan,
  { kind, base, nth, n }: { kind: IncidentKind; base: Base; nth: number; n: number },
): Promise<Drawn> {
  const seed = SEED + 1000 * NAMES.indexOf(kind) + nth;
  const order = permutation(n, seededRandom(SEED + NAMES.indexOf(kind)));
  const strength = (order[nth] + seededRandom(seed ^ 0x5eed)()) / n; // at random, and evenly over all draws of a kind
  const model = MODELS[nth % MODELS.length];
  const { events, truth } = inject(kind, plan.rows, { startMs: base.startMs, seed, strength });
  const shop = await shops.open(base.template);
  try {
    return {
      shop: plan.shop,
      kind,
      model,
      strength,
      seed,
      incident: truth,
      episode: await runEpisode(shop, model, { events, truth }),
    };
  } finally {
    await shop.close();
    await shops.drop(shop.name);
  }
}
