import { whole } from "../shared/figures.ts";
import type { Report, Table } from "../shared/report.ts";
import type { Past } from "./make.ts";
import type { StepFigures } from "./step.ts";

/** A peer's features of one cut-off. */
export interface PeerFigures {
  tool: string;
  readSeconds: number;
  computeSeconds: number;
  processorSeconds: number;
  mostMb: number;
  rows: number;
  sums: Record<string, number>;
}

/** One size of shop. */
export interface SizeFigures {
  shoppers: number;
  events: number;
  loadSeconds: number;
  /** in which Postgres gave all raw events out as CSV */
  copySeconds: number;
  steps: Record<string, StepFigures>;
  peers: PeerFigures[];
}

/** A cut-off after so many years. */
export interface HistoryRow {
  shoppers: number;
  years: number;
  past: Past;
  events: number;
  cutoff: StepFigures;
}

export interface Growth {
  sizes: readonly SizeFigures[];
  history: readonly HistoryRow[];
}

const seconds = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} s`;
const worked = ({ processorSeconds }: StepFigures) =>
  processorSeconds === null ? "-" : seconds(processorSeconds);
const megabytes = (value: number) => `${whole(value)} MB`;

export function reportOf({ sizes, history }: Growth): Report {
  return {
    name: "scale-growth",
    title: "How a shop's day grows with the shop",
    method: `${ahead(sizes)} ` +
      "Shops drawn from the bundled one by `bench/scale/make.ts`: each shopper does in a year what one of its 1,200 did, " +
      "up to six days sooner or later. Every step is production code in a process of its own under the standard " +
      "settings, but for `active_days` 180; memory is the most that this process had (an empty one has some 90 MB), " +
      "processor that of this process and of Postgres. Features of one cut-off: all 97 of ours for everyone " +
      "who bought within 180 days, from the days that are rolled up as events come in; of the peers 38 of them " +
      "from raw events, which lie before them as Parquet.",
    tables: [
      beside(sizes),
      day(sizes),
      slopes(sizes),
      pastTable(history),
    ],
    notes: [
      `Sums of the features that all compute differ from ours by at most ${
        (100 * farthest(sizes)).toFixed(4)
      } % (ours are float32).`,
      "What rolling days up cost while events came in is no part of our cut-off: `load` holds it. 59 more features " +
      "than the peers compute are part of it.",
      "The load is SQL alone, with the statements that roll up what comes in; `import` is the production path for a " +
      "file of 112,856 further events.",
    ],
    figures: { sizes, history },
  };
}

function beside(sizes: readonly SizeFigures[]): Table {
  const rows = sizes.flatMap(({ shoppers, events, copySeconds, steps, peers }) => {
    const size = `${whole(shoppers)} shoppers, ${whole(events)} events`;
    const ours = steps["cut-off"];
    return [
      [size, "Perennial, 97 features", seconds(ours.seconds), "-", worked(ours), megabytes(ours.mostMb), "1"],
      ...peers.map(({ tool, readSeconds, computeSeconds, processorSeconds, mostMb }) => [
        size,
        `${tool}, 38 features`,
        seconds(readSeconds + computeSeconds),
        seconds(readSeconds + computeSeconds + copySeconds),
        seconds(processorSeconds),
        megabytes(mostMb),
        (processorSeconds / (ours.processorSeconds ?? NaN)).toFixed(2),
      ]),
    ];
  });
  return {
    title: "Features of one cut-off",
    head: [
      "shop",
      "by",
      "from Parquet that is there",
      "with the events out of Postgres",
      "processor",
      "most memory",
      "processor / ours",
    ],
    rows,
  };
}

function day(sizes: readonly SizeFigures[]): Table {
  const rows = sizes.flatMap(({ shoppers, events, loadSeconds, steps }) => [
    [
      whole(shoppers),
      "load",
      seconds(loadSeconds),
      "-",
      "-",
      `${whole(events)} events, ${whole(events / loadSeconds)} a second`,
    ],
    ...Object.entries(steps).map(([name, figures]) => [
      whole(shoppers),
      name,
      seconds(figures.seconds),
      worked(figures),
      megabytes(figures.mostMb),
      figures.outcome,
    ]),
  ]);
  return {
    title: "The day",
    head: ["shoppers", "step", "seconds", "processor", "most memory", "outcome"],
    rows,
  };
}

/** From the second-largest to the largest size. */
function slopes(sizes: readonly SizeFigures[]): Table {
  const [small, large] = sizes.slice(-2);
  const more = large.shoppers - small.shoppers;
  return {
    title: `Slopes, from ${whole(small.shoppers)} to ${whole(large.shoppers)} shoppers, ${
      (large.shoppers / small.shoppers).toFixed(1)
    } times as many`,
    head: ["step", "processor, a shopper more", "memory, a shopper more", "processor, times"],
    rows: Object.keys(large.steps).map((name) => {
      const [from, to] = [small.steps[name], large.steps[name]];
      const [before, after] = [from, to].map(({ processorSeconds }) => processorSeconds ?? NaN);
      return [
        name,
        `${(1e6 * (after - before) / more).toFixed(1)} µs`,
        `${(1000 * (to.mostMb - from.mostMb) / more).toFixed(1)} kB`,
        (after / before).toFixed(1),
      ];
    }),
  };
}

function pastTable(history: readonly HistoryRow[]): Table {
  const one = history[0].cutoff.processorSeconds ?? NaN;
  return {
    title: "A new cut-off after ten times the history",
    head: ["history", "events", "seconds", "processor", "most memory", "processor, times one year"],
    rows: history.map(({ years, past, events, cutoff }) => [
      years === 1
        ? "one year"
        : `${years} years, earlier ones by ${past === "same" ? "the same" : "other"} shoppers`,
      whole(events),
      seconds(cutoff.seconds),
      worked(cutoff),
      megabytes(cutoff.mostMb),
      ((cutoff.processorSeconds ?? NaN) / one).toFixed(2),
    ]),
  };
}

/** Says where peers are ahead. */
function ahead(sizes: readonly SizeFigures[]): string {
  const where = sizes.flatMap(({ shoppers, steps, peers }) =>
    peers.filter(({ processorSeconds }) => processorSeconds < (steps["cut-off"].processorSeconds ?? 0))
      .map(({ tool }) => `${tool} with ${whole(shoppers)} shoppers`)
  );
  return where.length === 0
    ? "No peer needs less of the processor for a cut-off."
    : `Less of the processor for a cut-off, where the events are Parquet already, need ${where.join(", ")}.`;
}

/** The largest relative difference of a sum. */
function farthest(sizes: readonly SizeFigures[]): number {
  return Math.max(
    ...sizes.flatMap(({ steps, peers }) =>
      peers.flatMap(({ sums }) =>
        Object.entries(sums).filter(([name]) => name in (steps["cut-off"].sums ?? {})).map(([name, value]) =>
          Math.abs(value - steps["cut-off"].sums![name]) / Math.max(1, Math.abs(value))
        )
      )
    ),
  );
}
