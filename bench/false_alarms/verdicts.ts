import type { Draws } from "./draws.ts";
import { type Flags, movedKey } from "./flags.ts";
import { settingOf, TOGETHER } from "./ours.ts";
import { type Budget, BUDGETS, ofRuns as shareOfRuns } from "./protocol.ts";
import { difference, ofLooks, ofRuns, type Rate, tailOf } from "./rates.ts";

/** All that was found on one kind of data. */
export interface KindFound {
  readonly draws: Draws;
  readonly ours: readonly Flags[];
  readonly peers: readonly Flags[];
}

/** One claim, and whether it holds. */
export interface Verdict {
  readonly claim: string;
  readonly holds: boolean;
  readonly mean: string;
  /** the cell that speaks most against it */
  readonly worst: string;
  /** cells that contradict it by their own 95 % interval: one in forty does by chance */
  readonly alone: string;
  /** cells that contradict it by intervals that hold for all cells together */
  readonly jointly: string;
}

export const percent = (share: number) => {
  const points = 100 * share;
  const size = Math.abs(points);
  return `${points.toFixed(size === 0 || size >= 9.95 ? 0 : size < 0.995 ? 2 : 1)} %`;
};

const of = (all: readonly Flags[], setting: string) => all.find((one) => one.setting === setting)!;

/** Ours keeps every budget; and finds at least as much as the best peer that keeps it too, and as Alibi Detect at the same alpha. */
export function verdictsOf(kinds: readonly KindFound[]): Verdict[] {
  return [
    ...BUDGETS.flatMap((budget) => keepsBudget(kinds, budget)),
    withinBudget(
      unchangedCells(kinds, TOGETHER.setting),
      {
        claim: `False alarms, all features at once, at most ${percent(TOGETHER.alpha)} of looks`,
        most: TOGETHER.alpha,
      },
      ofLooks,
    ),
    ...BUDGETS.slice(0, 2).map((budget) => besideBest(kinds, budget)),
    ...BUDGETS.map((budget) => besideAlibi(kinds, budget)),
  ];
}

interface Cell {
  readonly name: string;
  readonly runs: readonly string[];
}

const unchangedCells = (kinds: readonly KindFound[], setting: string): Cell[] =>
  kinds.flatMap(({ draws, ours }) =>
    draws.protocol.sizes.map((size) => ({
      name: `${draws.kind}, n = ${size}`,
      runs: of(ours, setting).unchanged[size],
    }))
  );

function keepsBudget(kinds: readonly KindFound[], budget: Budget): Verdict[] {
  const cells = unchangedCells(kinds, settingOf(budget));
  const most = shareOfRuns(budget, kinds[0].draws.protocol);
  const { looks } = kinds[0].draws.protocol;
  return [
    withinBudget(cells, {
      claim: `False alarms at ${(100 * budget.alpha).toFixed(2)} % a look: at most that in looks`,
      most: budget.alpha,
    }, ofLooks),
    withinBudget(cells, { claim: `The same: at most ${percent(most)} of ${looks}-look runs`, most }, ofRuns),
  ];
}

/** A cell breaks the budget when the whole of its interval, made for all cells together, lies above it. */
function withinBudget(
  cells: readonly Cell[],
  { claim, most }: { claim: string; most: number },
  rateOf: (runs: readonly string[], tail: number) => Rate,
): Verdict {
  const rates = cells.map(({ name, runs }) => ({ name, ...rateOf(runs, tailOf()) }));
  const top = rates.reduce((a, b) => b.share > a.share ? b : a);
  const broken = cells.filter(({ runs }) => rateOf(runs, tailOf(cells.length)).low > most);
  return {
    claim,
    holds: broken.length === 0,
    mean: percent(meanShare(rates)),
    worst: `${percent(top.share)} (${top.name})`,
    alone: listed(rates.filter(({ low }) => low > most), cells.length),
    jointly: listed(broken, cells.length),
  };
}

const meanShare = (rates: readonly Rate[]) => rates.reduce((sum, { share }) => sum + share, 0) / rates.length;

const listed = (cells: readonly { name: string }[], all: number) =>
  `${cells.length} of ${all}${
    cells.length > 0 ? `: ${cells.slice(0, 3).map(({ name }) => name).join("; ")}` : ""
  }${cells.length > 3 ? "; ..." : ""}`;

/** Ours and another on the same draws in which one feature was moved. */
interface Pair extends Cell {
  readonly peer: string;
  readonly theirs: readonly string[];
}

/** @param peerAt the peer's setting for a kind of data and window size, by what it found at the move */
function pairs(
  kinds: readonly KindFound[],
  budget: Budget,
  peerAt: (kind: KindFound, size: number, key: string) => Flags | undefined,
): Pair[] {
  return kinds.flatMap((kind) =>
    kind.draws.moves.flatMap(({ by }, move) =>
      by.flatMap((amount) =>
        kind.draws.protocol.sizes.flatMap((size) => {
          const key = movedKey(move, amount, size);
          const peer = peerAt(kind, size, key);
          if (!peer) return [];
          return [{
            name: `${kind.draws.kind}${
              kind.draws.moves.length > 1 ? ` ${move + 1}` : ""
            }, d = ${amount}, n = ${size}`,
            runs: of(kind.ours, settingOf(budget)).moved[key],
            peer: peer.setting,
            theirs: peer.moved[key],
          }];
        })
      )
    )
  );
}

/**
 * Against the peers' setting that finds most, of those that keep the budget: not shown to raise more alarms over a run,
 * nor at a look, which shows it with fewer runs.
 */
function besideBest(kinds: readonly KindFound[], budget: Budget): Verdict {
  const most = shareOfRuns(budget, kinds[0].draws.protocol);
  const found = pairs(kinds, budget, ({ peers }, size, key) => {
    const keep = peers.filter(({ unchanged, moved }) =>
      moved[key] && ofRuns(unchanged[size], tailOf()).low <= most &&
      ofLooks(unchanged[size], tailOf()).low <= budget.alpha
    );
    const power = ({ moved }: Flags) => ofLooks(moved[key], tailOf()).share;
    return keep.length === 0 ? undefined : keep.reduce((a, b) => power(b) > power(a) ? b : a);
  });
  const claim = `Power at ${percent(most)} of runs: at least the best peer's that keeps it too`;
  return atLeast(found, claim);
}

/** Against Alibi Detect with the same alpha for a look, kept or not; where rows are independent, as it assumes. */
function besideAlibi(kinds: readonly KindFound[], budget: Budget): Verdict {
  const independent = kinds.filter(({ draws }) => !draws.dependent);
  const found = pairs(independent, budget, ({ peers }) => of(peers, alibiSetting(budget)));
  const claim = `Power at ${(100 * budget.alpha).toFixed(2)} % a look: at least Alibi Detect's with it`;
  return atLeast(found, claim);
}

export const alibiSetting = ({ name }: Budget) => `Alibi Detect, Bonferroni ${name}`;

/** A cell is behind when the whole of its interval, made for all cells together, lies below zero. */
function atLeast(found: readonly Pair[], claim: string): Verdict {
  const gaps = found.map((pair) => ({ ...pair, ...difference(pair.runs, pair.theirs, tailOf()) }));
  const least = gaps.reduce((a, b) => b.share < a.share ? b : a);
  const mean = meanShare(gaps);
  const broken = found.filter(({ runs, theirs }) => difference(runs, theirs, tailOf(found.length)).high < 0);
  return {
    claim,
    holds: broken.length === 0 && mean >= 0,
    mean: signed(mean),
    worst: `${signed(least.share)} (${least.name}, ${least.peer})`,
    alone: `${listed(gaps.filter(({ high }) => high < 0), gaps.length)}; ahead in ${
      gaps.filter(({ low }) => low > 0).length
    }`,
    jointly: listed(broken, gaps.length),
  };
}

const signed = (share: number) => `${share > 0 ? "+" : ""}${percent(share)}`;
