import { range, ratios, type Spread, spread, whole } from "../shared/figures.ts";
import type { Report } from "../shared/report.ts";
import { BATCH } from "./rows.ts";
import { CONNECTIONS, type Load } from "./wrk.ts";

export const LOADS = {
  ourSingle: "Perennial, one row, stored",
  theirSingle: "FastAPI + scikit-learn, one row",
  ourBatch: `Perennial, ${BATCH} rows, stored`,
  theirBatch: `FastAPI + scikit-learn, ${BATCH} rows`,
  ourUsers: "Perennial, one shopper by id, stored",
  theirUsers: "FastAPI + psycopg pool + scikit-learn, one shopper by id",
} as const;
type LoadName = keyof typeof LOADS;

/** One round: each load as fast as it goes, and at half of that. */
export interface Round {
  full: Record<LoadName, Load>;
  half: Record<LoadName, Load>;
}

export interface ServingFigures {
  candidate: string;
  way: string;
  tried: { way: string; perSecond: number }[];
  rounds: Round[];
  stored: number;
}

const RATIO_AIM = 5;
const BATCH_RATIO_AIM = 8;
const BATCH_P99_AIM_MS = 40;
/** of the rate of a row sent with its features, one by id should reach */
const BY_ID_AIM = 1 / 3;
const P99_AIM_MS = 10;
const ms = (value: number) => `${value.toFixed(1)} ms`;

/** The report, with the aims judged by the figures. */
export function reportOf(figures: ServingFigures, seconds: number): Report {
  const { rounds, candidate, way, tried, stored } = figures;
  const of = (load: LoadName, at: "full" | "half", value: keyof Load) =>
    rounds.map((round) => round[at][load][value]);
  const cell = (load: LoadName, at: "full" | "half", value: keyof Load, format: (v: number) => string) =>
    range(spread(of(load, at, value)), format);
  const single = ratios(of("ourSingle", "full", "perSecond"), of("theirSingle", "full", "perSecond"));
  const batch = ratios(of("ourBatch", "full", "perSecond"), of("theirBatch", "full", "perSecond"));
  const users = ratios(of("ourUsers", "full", "perSecond"), of("theirUsers", "full", "perSecond"));
  const byId = ratios(of("ourUsers", "full", "perSecond"), of("ourSingle", "full", "perSecond"));
  const p99 = spread(of("ourSingle", "half", "p99"));
  const p99Users = spread(of("ourUsers", "half", "p99"));
  const p99Batch = spread(of("ourBatch", "half", "p99"));
  const names = Object.keys(LOADS) as LoadName[];
  return {
    name: "serving",
    title: "Serving: predictions over HTTP",
    method: methodOf(candidate, way, seconds, rounds.length),
    tables: [
      {
        title: `As fast as ${CONNECTIONS} connections can ask`,
        head: ["", "requests/s", "half take at most", "99 % take at most"],
        rows: names.map((load) => [
          LOADS[load],
          cell(load, "full", "perSecond", whole),
          cell(load, "full", "p50", ms),
          cell(load, "full", "p99", ms),
        ]),
      },
      {
        title: "At half of each one's own maximum, by a fixed rate",
        head: ["", "requests/s", "half take at most", "99 % take at most"],
        rows: names.map((load) => [
          LOADS[load],
          cell(load, "half", "perSecond", whole),
          cell(load, "half", "p50", ms),
          cell(load, "half", "p99", ms),
        ]),
      },
      {
        title: "Ways to run the peer, one row a request",
        head: ["", "requests/s"],
        rows: tried.map(({ way, perSecond }) => [way, whole(perSecond)]),
      },
    ],
    notes: [
      aim(
        `at least ${RATIO_AIM} times the peer's requests per second, one row a request`,
        single,
        (s) => s >= RATIO_AIM,
        times,
      ),
      aim(
        `at least ${BATCH_RATIO_AIM} times the peer's requests per second, ${BATCH} rows a request`,
        batch,
        (s) => s >= BATCH_RATIO_AIM,
        times,
      ),
      aim(
        `at least ${RATIO_AIM} times the peer's requests per second, one shopper by id`,
        users,
        (s) => s >= RATIO_AIM,
        times,
      ),
      aim(
        "one shopper by id is answered at least a third as often as a row sent with its features",
        byId,
        (s) => s >= BY_ID_AIM,
        times,
      ),
      aim(
        `99 % of single rows take under ${P99_AIM_MS} ms at half of our maximum`,
        p99,
        (v) => v < P99_AIM_MS,
        ms,
      ),
      aim(
        `99 % of shoppers by id take under ${P99_AIM_MS} ms at half of our maximum`,
        p99Users,
        (v) => v < P99_AIM_MS,
        ms,
      ),
      aim(
        `99 % of requests of ${BATCH} rows take under ${BATCH_P99_AIM_MS} ms at half of our maximum`,
        p99Batch,
        (v) => v < BATCH_P99_AIM_MS,
        ms,
      ),
      `Asked about a shopper by id, the peer reads finished features from one row of a table in the same Postgres; who ` +
      "keeps that table fresh is not counted. Ours makes them of the shopper's days, as they are at that moment.",
      `Our side checked an API key, asked for the version that serves, and stored ${
        whole(stored)
      } answers in Postgres ` +
      "during this bench, all but those of the last 100 ms before they were counted; the peer has no key and stores nothing.",
    ],
    figures: {
      ...figures,
      ratios: { single, batch, users, byId },
      p99AtHalf: { single: p99, users: p99Users, batch: p99Batch },
    },
  };
}

const times = (value: number) => `${value.toFixed(2)} times`;

/** YES only where it holds for the median; the range shows how surely. */
const aim = (
  text: string,
  found: Spread,
  holds: (value: number) => boolean,
  format: (value: number) => string,
) => `${holds(found.median) ? "YES" : "NO"}: ${text}: ${range(found, format)}.`;

const methodOf = (candidate: string, way: string, seconds: number, rounds: number) =>
  `The churn model that a forced cycle on the bundled shop let serve ("${candidate}"), behind the whole service (two ` +
  "processes of the API on one port, worker, embedded Postgres and Temporal in their usual places), beside FastAPI with pydantic and a scikit-learn logistic " +
  `regression on the same features, run by uvicorn with uvloop and httptools the way that was fastest here (${way}). Both ` +
  "take the same bodies: 97 features by name. One machine, one run, in turns: both sides, the database and the load tool " +
  `share its cores. Maximum: wrk, ${CONNECTIONS} connections, ${seconds} s after 2 s to warm up. At half of that: ` +
  `h2load at a fixed rate, with what waits behind a late answer added. Medians of ${rounds} rounds, lowest ` +
  "and highest beside them.";
