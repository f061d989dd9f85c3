/** One step of a shop's day in a process of its own, so that its memory is its own: `step.ts STEP URL FOLDER AS_OF_MS`. */
import process from "node:process";
import { gatherFindings } from "../../activities/check.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { featureBlock } from "../../src/app/features/blocks.ts";
import { labelledBlocks, protocolOf } from "../../src/app/features/labelled_rows.ts";
import { importFile } from "../../src/app/events/import.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { systemClock } from "../../src/core/clock.ts";
import { connect } from "../../src/db/connect.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { readFirstSteps } from "../../src/dashboard/reads/overview.ts";
import { SHARED_FEATURES } from "../../src/features/set.ts";
import { readFeatures } from "../../src/features/shards.ts";
import churn from "../../src/models/churn.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { decide } from "../../src/retraining/trigger.ts";
import { packed, readShoppers } from "../../src/serving/lookup.ts";
import { loadTrainingSet } from "../../src/training/dataset.ts";
import { quantile, whole } from "../shared/figures.ts";
import { serverSeconds } from "../shared/processor.ts";
import { BUNDLED } from "../shared/service.ts";

/** What a step took: of the clock, of the processors of this process and of Postgres, and the most memory of this process. */
export interface StepFigures {
  seconds: number;
  processorSeconds: number | null;
  mostMb: number;
  outcome: string;
  /** sums of features, to be compared with the peers' */
  sums?: Record<string, number>;
}

const [name, url, folder, asOfText] = Deno.args;
const asOfMs = Number(asOfText);
const sql = connect(url, { max: 4 });
const config = { ...configOf(RetrainingConfig.parse({}), "churn"), active_days: 180 };
const store = fileArtefacts(folder);
const models = new Map([["churn", churn]]);
const deps = { sql, store, models, clock: systemClock, codeVersion: "bench" } as unknown as ActivityDeps; // no trainer: nothing is trained

const blocks = () => labelledBlocks(deps, churn, { config, asOfMs });

async function check(atMs: number): Promise<string> {
  const { findings } = await gatherFindings(deps, churn, config, {
    trigger: "first",
    asOfMs: atMs,
    observations: [],
  });
  return `${decide(findings).answer}; ${whole(findings.unseenRows)} rows of ${findings.cutoffs} cut-offs`;
}

const STEPS: Readonly<Record<string, () => Promise<string>>> = {
  "cut-off": async () => {
    const { rows } = await featureBlock(deps, protocolOf(churn, config), asOfMs);
    return `${whole(rows)} shoppers`;
  },
  "check, the first": () => check(asOfMs),
  "check, a day later": () => check(asOfMs + DAY_MS),
  "training's read": async () => {
    const { rows, targets } = await loadTrainingSet(store, await blocks());
    return `${whole(rows.target.length)} of ${whole(targets.length)} rows`;
  },
  "prediction by id": async () => {
    const users = await sql<{ userKey: string }[]>`select distinct user_key from user_days limit 300`;
    const times: number[] = [];
    for (const { userKey } of users) {
      const begunMs = performance.now();
      const request = [{ users: [userKey] }];
      const moment = { clock: "wall", asOfMs } as const;
      const [{ shoppers }] = await readShoppers(sql, request as never, {
        moment,
        featureSet: SHARED_FEATURES,
      });
      packed(shoppers, SHARED_FEATURES, 28);
      times.push(performance.now() - begunMs);
    }
    return `median ${quantile(times, 0.5).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms`;
  },
  "overview": async () => {
    const begunMs = performance.now();
    await readFirstSteps({ sql, clock: systemClock, models });
    return `${(performance.now() - begunMs).toFixed(1)} ms`;
  },
  "import": async () => {
    const pseudonym = createPseudonymizer("another secret of this bench");
    await importFile({ sql, clock: systemClock, pseudonym }, BUNDLED);
    return "112,856 events more";
  },
};

/** Sums over the shoppers of a cut-off that was built. */
async function sumsOf(): Promise<Record<string, number>> {
  const { sha256 } = await featureBlock(deps, protocolOf(churn, config), asOfMs);
  const { users, width, features } = await readFeatures(store, sha256);
  return Object.fromEntries(SHARED_FEATURES.names.map((feature, j) => {
    let sum = 0;
    for (let i = 0; i < users.length; i++) {
      const value = features[i * width + j];
      if (!Number.isNaN(value)) sum += value;
    }
    return [feature, sum];
  }));
}

const peakMb = async () =>
  Number(/VmHWM:\s+(\d+)/.exec(await Deno.readTextFile("/proc/self/status"))?.[1] ?? NaN) / 1000;

await sql`select 1`;
const serverBefore = await serverSeconds(sql);
const ownBefore = process.cpuUsage();
const begunMs = performance.now();
const outcome = await STEPS[name]();
const seconds = (performance.now() - begunMs) / 1000;
const own = process.cpuUsage(ownBefore);
const server = await serverSeconds(sql);
const figures: StepFigures = {
  seconds,
  processorSeconds: serverBefore === null || server === null
    ? null
    : (own.user + own.system) / 1e6 + server - serverBefore,
  mostMb: await peakMb(),
  outcome,
  ...name === "cut-off" ? { sums: await sumsOf() } : {},
};
console.log(JSON.stringify(figures));
await sql.end({ timeout: 5 });
Deno.exit(0);
