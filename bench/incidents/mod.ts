import { fileURLToPath } from "node:url";
import { messageOf } from "../../src/core/errors.ts";
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
const WITH_CLICKS: readonly IncidentKind[] = [
  ...["control", "lost event type", "bot traffic", "duplicate flood", "promotion day"] as const,
];
/** What can be tried apart; the whole set is part of "shop" with `--whole`. */
const PARTS = ["shop", "clicks", "dated"] as const;
const SEED = 20_110_412;
/** Episodes under way at once: while one waits for Postgres, another computes. */
const AT_ONCE = 4;

/**
 * How much is tried, by the environment: `INCIDENTS_STARTS` moments of the history (10; half of them with clicks) with
 * `INCIDENTS_DRAWS` draws of every kind at each (2). After `INCIDENTS_MINUTES` no episode begins any more, and what was
 * drawn until then is reported; kinds take turns, so that a run cut short has drawn all of them. `INCIDENTS_PART` does
 * one part alone: "shop", "clicks" or "dated", and reports it under its own name.
 */
interface Size {
  readonly starts: number;
  readonly drawsPerStart: number;
  readonly untilMs: number;
  readonly part: (typeof PARTS)[number] | null;
}

function sizeFor({ quick }: { quick: boolean }): Size {
  const given = (name: string, otherwise: number) => {
    const text = Deno.env.get(name) ?? "";
    const value = text === "" ? otherwise : Number(text);
    if (!(value > 0)) {
      throw new RangeError(`Cannot size the incidents: ${name} must be above 0, is "${text}"`);
    }
    return value;
  };
  const part = Deno.env.get("INCIDENTS_PART") ?? null;
  if (part !== null && !isPart(part)) {
    throw new RangeError(
      `Cannot choose "${part}" of the incidents: INCIDENTS_PART is one of ${PARTS.join(", ")}`,
    );
  }
  return {
    part,
    starts: quick ? 2 : given("INCIDENTS_STARTS", 10),
    drawsPerStart: quick ? 1 : given("INCIDENTS_DRAWS", 2),
    untilMs: performance.now() + 60_000 * given("INCIDENTS_MINUTES", Infinity),
  };
}

const isPart = (text: string): text is (typeof PARTS)[number] => PARTS.some((part) => part === text);

/** What is tried on one shop: its history, and which kinds how often. */
interface Plan {
  readonly shop: string;
  readonly rows: readonly ShopRow[];
  readonly kinds: readonly IncidentKind[];
  readonly startsMs: readonly number[];
  readonly drawsPerStart: number;
  /** where its starts stand among all of this kind of shop, for draws that are spread over all of them */
  readonly place: { readonly first: number; readonly of: number };
}

export const incidentsBench: Bench = {
  name: "incidents",
  about: "twelve kinds of incidents injected into the real data, and what the checks answer",
  minutes: 240,
  minutesWhole: 600,
  async run({ say, whole, quick }) {
    const size = sizeFor({ quick });
    const shops = await startShops(() => undefined);
    try {
      const drawn: Drawn[] = [];
      const failed: string[] = [];
      const calms: { shop: string; calm: Awaited<ReturnType<typeof makeBases>>["calm"] }[] = [];
      let planned = 0;
      for (const plan of await plansFor(size, { whole })) {
        planned += plan.kinds.length * plan.startsMs.length * plan.drawsPerStart;
        const { bases, calm } = await makeBases(shops, plan.rows, plan.startsMs, say);
        calms.push({ shop: plan.shop, calm });
        const done = await runPlan(shops, plan, { bases, untilMs: size.untilMs, say });
        drawn.push(...done.drawn);
        failed.push(...done.failed);
        for (const { template } of bases) await shops.drop(template);
      }
      const dated = size.part === null || size.part === "dated" ? await datedIncidents(shops, say) : null;
      return {
        report: reportOf({ part: size.part, drawn, failed, planned, calms, dated }),
        versions: { Postgres: shops.version },
      };
    } finally {
      await shops.stop();
    }
  },
};

async function plansFor(
  { starts, drawsPerStart, part }: Size,
  { whole }: { whole: boolean },
): Promise<Plan[]> {
  const bundled = await readRows(BUNDLED);
  const all = allAt(bundled, starts);
  const plans: Plan[] = [];
  if (part === null || part === "shop") {
    plans.push({ shop: "1,200 shoppers", rows: bundled, kinds: NAMES, drawsPerStart, ...all });
  }
  if (part === null || part === "clicks") {
    // A simulation a start: an oddity of one is not to count for all of them.
    const { startsMs, place } = allAt(bundled, Math.ceil(starts / 2));
    plans.push(...startsMs.map((startMs, i) => ({
      shop: "1,200 shoppers, views and carts simulated",
      kinds: WITH_CLICKS,
      drawsPerStart,
      rows: withClicks(bundled, SEED + i),
      startsMs: [startMs],
      place: { ...place, first: i },
    })));
  }
  if (whole && (part === null || part === "shop")) {
    const rows = await readRows(WHOLE);
    plans.push({ shop: "the whole set", rows, kinds: NAMES, drawsPerStart: 2, ...allAt(rows, 4) });
  }
  return plans;
}

const allAt = (rows: readonly ShopRow[], starts: number) => ({
  startsMs: drawStarts(rows, starts, SEED),
  place: { first: 0, of: starts },
});

/** Every draw of a plan; each has a seed, a strength and a model of its own. */
async function runPlan(
  shops: Shops,
  plan: Plan,
  { bases, untilMs, say }: { bases: readonly Base[]; untilMs: number; say: (line: string) => void },
): Promise<{ drawn: Drawn[]; failed: string[] }> {
  const jobs = Array.from({ length: plan.drawsPerStart }, (_, d) => d).flatMap((d) =>
    bases.flatMap((base, b) =>
      plan.kinds.map((kind) => ({ kind, base, nth: (plan.place.first + b) * plan.drawsPerStart + d }))
    )
  );
  const drawn: Drawn[] = [];
  const failed: string[] = [];
  const n = plan.place.of * plan.drawsPerStart;
  let next = 0;
  const runner = async () => {
    while (next < jobs.length && performance.now() < untilMs) {
      const job = jobs[next++];
      const one = await runDraw(shops, plan, { ...job, n }).catch((error) => {
        failed.push(`${job.kind}, draw ${job.nth} of ${n}, ${plan.shop}: ${messageOf(error)}`);
        return null;
      });
      if (one) drawn.push(one);
      say(`incidents: ${drawn.length} of ${jobs.length}: ${one ? textOf(one) : `FAILED: ${failed.at(-1)}`}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return { drawn, failed };
}

function textOf({ kind, incident, episode }: Drawn): string {
  const last = episode.checks[episode.checks.length - 1].text.slice(0, 400);
  const right = episode.right ? "right" : `NOT RIGHT, ${episode.answer} (${last})`;
  return `${kind}, ${incident.text}: ${right} after ${episode.days} days`;
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
