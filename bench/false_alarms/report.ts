import type { Report, Table } from "../shared/report.ts";
import { type Flags, movedKey } from "./flags.ts";
import type { OursFound } from "./ours.ts";
import type { PeersFound } from "./peers.ts";
import { BUDGETS, type Protocol } from "./protocol.ts";
import { ofLooks, ofRuns, type Rate, tailOf, undecided } from "./rates.ts";
import { type KindFound, percent, verdictsOf } from "./verdicts.ts";

/** Everything that was found on one kind of data, and what it cost. */
export interface Found extends KindFound {
  readonly cost: Omit<OursFound, "flags">;
  readonly reports: PeersFound["kinds"][number]["reports"];
}

export function reportOf(kinds: readonly Found[], seconds: number): Report {
  const { protocol } = kinds[0].draws;
  const verdicts = verdictsOf(kinds);
  return {
    name: "false-alarms",
    title: "False alarms and power of the drift check, beside Evidently, NannyML and Alibi Detect",
    method: methodOf(protocol),
    tables: [
      {
        title: "What was claimed",
        head: [
          "",
          "holds",
          "mean of cells",
          "worst cell",
          "against it by its own 95 % interval",
          "by one for all cells",
        ],
        rows: verdicts.map((
          { claim, holds, mean, worst, alone, jointly },
        ) => [claim, holds ? "yes" : "NO", mean, worst, alone, jointly]),
      },
      ...kinds.map(unchangedTable),
      ...kinds.flatMap((kind) => kind.draws.moves.map((_, move) => movedTable(kind, move))),
    ],
    notes: notesOf(kinds, seconds),
    figures: { protocol, budgets: BUDGETS, verdicts, kinds: kinds.map(figuresOf) },
  };
}

function methodOf({ reference, sizes, looks, runs, moved, together }: Protocol): string {
  return `Reference of ${reference} rows, ten features, current window of ${
    sizes.join(", ")
  } rows (a smaller one is the ` +
    `beginning of the largest). A run draws one reference and ${looks} current windows from the same distribution: an ` +
    `alarm is a feature flagged. Runs: Perennial ${runs.ours}, Alibi Detect ${runs.alibi}, NannyML ${runs.nannyml}, ` +
    `Evidently ${runs.evidently}; then one feature is moved in ${moved.looks} windows of ${moved.runs} runs (NannyML ` +
    `${
      Math.min(moved.runs, runs.nannyml)
    }), and counts as found when that feature is flagged. All tools see the same draws. ` +
    `Kinds of data: normal; lognormal; ten categorical features of 2 to 20 categories, the rarest below 1 %; real: features ` +
    `of shoppers of data/online_retail.csv.gz who bought in the 90 days before 2011-11-11, one row each, drawn with ` +
    `replacement; dependent: whole shoppers with up to four rows, a week apart, and all baskets of whole days, both with the ` +
    `shopper or day told to Perennial, which the peers have no way to take. Perennial's budgets are chances of a false ` +
    `alarm a look over all features: ${
      BUDGETS.map(({ name, alpha }) => `${(100 * alpha).toFixed(2)} % ("${name}")`).join(", ")
    }. ` +
    `Alibi Detect (TabularDrift: Kolmogorov-Smirnov, of categories chi-square, Bonferroni) at its default 5 % and at those. ` +
    `Evidently and NannyML with their defaults. The check over all features at once: ${together.runs} runs of ${together.looks} looks.`;
}

const settings = ({ ours, peers }: KindFound): Flags[] => [...ours, ...peers];

function unchangedTable(kind: KindFound): Table {
  const { kind: name, protocol: { sizes } } = kind.draws;
  return {
    title: `Nothing changed, ${name}: share of looks with an alarm / share of runs with one (95 % interval)`,
    head: ["", ...sizes.map((size) => `n = ${size}`)],
    rows: settings(kind).map(({ setting, unchanged }) => [
      setting,
      ...sizes.map((size) => {
        const runs = unchanged[size];
        return `${withInterval(ofLooks(runs, tailOf()))} / ${withInterval(ofRuns(runs, tailOf()))}`;
      }),
    ]),
  };
}

const bare = (share: number) => percent(share).replace(" %", "");
const withInterval = ({ share, low, high }: Rate) => `${percent(share)} (${bare(low)}-${bare(high)})`;

function movedTable(kind: KindFound, move: number): Table {
  const { kind: name, protocol: { sizes }, moves } = kind.draws;
  const { about, by } = moves[move];
  const n = ofLooks(kind.ours[0].moved[movedKey(move, by[0], sizes[0])], tailOf()).n;
  return {
    title: `One feature moved, ${name} (${about}): share of ${n} looks that flag it, d = ${by.join(" / ")}`,
    head: ["", ...sizes.map((size) => `n = ${size}`)],
    rows: settings(kind).filter(({ moved }) => Object.keys(moved).length > 0).map(({ setting, moved }) => [
      setting,
      ...sizes.map((size) =>
        by.map((amount) => bare(ofLooks(moved[movedKey(move, amount, size)], tailOf()).share)).join(" / ")
      ),
    ]),
  };
}

function notesOf(kinds: readonly Found[], seconds: number): string[] {
  const { sizes } = kinds[0].draws.protocol;
  const sum = (of: (kind: Found) => number) => kinds.reduce((total, kind) => total + of(kind), 0);
  const mean = (size: number) => sum(({ cost }) => cost.msPerLook[size]) / kinds.length;
  const untold = kinds.flatMap(({ draws, ours }) =>
    ours.flatMap(({ setting, unchanged }) =>
      sizes.flatMap((size) => {
        const share = undecided(unchanged[size]);
        return share > 0 ? [`${draws.kind}, n = ${size}, ${setting}: ${percent(share)}`] : [];
      })
    )
  );
  return [
    "A claim holds when no cell contradicts it by intervals made for all cells together (Bonferroni); of the intervals of " +
    "single cells one in forty lies on the wrong side by chance. Looks of a run share the reference; intervals allow for that. " +
    "Power is compared on the same draws, run by run, in points; a peer counts as keeping a budget in a cell unless the whole " +
    "95 % interval of its runs with an alarm, or of its looks with one, lies above it.",
    "Perennial's three budgets are compared with the p-values of one call with the smallest alpha; calls with each alpha of " +
    `its own came to the same verdict in ${sum(({ cost }) => cost.direct.same)} of ${
      sum(({ cost }) => cost.direct.compared)
    } looks.`,
    `Evidently's columns are judged by the functions its report calls; the number of drifted columns agreed with whole reports in ${
      sum(({ reports }) => reports.agreed)
    } of ${sum(({ reports }) => reports.compared)}.`,
    untold.length === 0
      ? "Perennial never said that it cannot tell."
      : `Looks at which Perennial said that there are too few clusters to tell, counted as no alarm: ${
        untold.join("; ")
      }.`,
    `A look cost Perennial ${
      sizes.map((size) => `${mean(size).toFixed(0)} ms at n = ${size}`).join(", ")
    } with the ` +
    `distances and the smallest visible change of each feature, while the peers ran beside it; the whole bench took ${
      (seconds / 60).toFixed(0)
    } minutes.`,
  ];
}

function figuresOf(kind: Found) {
  const { draws, cost, reports } = kind;
  return {
    kind: draws.kind,
    moves: draws.moves,
    cost,
    reports,
    settings: settings(kind).map(({ setting, unchanged, moved }) => ({
      setting,
      unchanged: Object.fromEntries(
        Object.entries(unchanged).map((
          [n, runs],
        ) => [n, { looks: ofLooks(runs, tailOf()), runs: ofRuns(runs, tailOf()) }]),
      ),
      moved: Object.fromEntries(Object.entries(moved).map(([key, runs]) => [key, ofLooks(runs, tailOf())])),
    })),
  };
}
