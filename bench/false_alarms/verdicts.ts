import type { Draws } from "./draws.ts";
import { type Flags, movedKey } from "./flags.ts";
import { settingOf, TOGETHER } from "./ours.ts";
import { type Budget, BUDGETS, ofRuns as shareOfRuns } from "./protocol.ts";
import { difference, ofLooks, ofRuns, type Rate, zOf } from "./rates.ts";

/** All that was found on one kind of data. */
export interface KindFound {
  readonly draws: Draws;
  readonly ours: readonly Flags[];
  readonly peers: readonly Flags[];
}

/** One claim, and whether it holds. */
export interface Verdict {
  readonly claim: string;
  readonly found: string;
  readonly holds: boolean;
}

export const percent = (share: number) => {
  const points = 100 * share;
  return `${points.toFixed(Math.abs(points) < 9.95 ? 1 : 0)} %`;
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
  const cells = unchangedCells(kinds, settingOf(budget)), most = shareOfRuns(budget, kinds[0].draws.protocol);
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
  rateOf: (runs: readonly string[], z: number) => Rate,
): Verdict {
  const rates = cells.map(({ name, runs }) => ({ name, ...rateOf(runs, zOf()) }));
  const mean = rates.reduce((sum, { share }) => sum + share, 0) / rates.length;
  const top = rates.reduce((a, b) => b.share > a.share ? b : a);
  const alone = rates.filter(({ low }) => low > most);
  const broken = cells.filter(({ runs }) => rateOf(runs, zOf(cells.length)).low > most);
  return {
    claim,
    found:
      `mean ${percent(mean)}, most ${
        percent(top.share)
      } (${top.name}); above it by their own 95 % interval: ` +
      `${listed(alone)} of ${cells.length} cells; by one for all cells: ${listed(broken)}`,
    holds: broken.length === 0,
  };
}

const listed = (cells: readonly { name: string }[]) =>
  cells.length === 0
    ? "none"
    : `${cells.length} (${cells.slice(0, 4).map(({ name }) => name).join("; ")}${
      cells.length > 4 ? "; ..." : ""
    })`;

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
    kind.draws.moves.flatMap(({ by, about }, move) =>
      by.flatMap((amount) =>
        kind.draws.protocol.sizes.flatMap((size) => {
          const key = movedKey(move, amount, size), peer = peerAt(kind, size, key);
          if (!peer) return [];
          return [{
            name: `${kind.draws.kind}, ${about}, d = ${amount}, n = ${size}`,
            runs: of(kind.ours, settingOf(budget)).moved[key],
            peer: peer.setting,
            theirs: peer.moved[key],
          }];
        })
      )
    )
  );
}

/** Against the peers' setting that finds most, of those that raise no more alarms over a run than the budget. */
function besideBest(kinds: readonly KindFound[], budget: Budget): Verdict {
  const most = shareOfRuns(budget, kinds[0].draws.protocol);
  const found = pairs(kinds, budget, ({ peers }, size, key) => {
    const keep = peers.filter(({ unchanged, moved }) =>
      moved[key] && ofRuns(unchanged[size], zOf()).low <= most
    );
    const power = ({ moved }: Flags) => ofLooks(moved[key], zOf()).share;
    return keep.length === 0 ? undefined : keep.reduce((a, b) => power(b) > power(a) ? b : a);
  });
  const claim = `Power at ${percent(most)} of runs: at least the best peer's that keeps it too`;
  return atLeast(found, claim, [...new Set(found.map(({ peer }) => peer))]);
}

/** Against Alibi Detect with the same alpha for a look, kept or not; where rows are independent, as it assumes. */
function besideAlibi(kinds: readonly KindFound[], budget: Budget): Verdict {
  const independent = kinds.filter(({ draws }) => !draws.dependent);
  const found = pairs(independent, budget, ({ peers }) => of(peers, alibiSetting(budget)));
  return atLeast(
    found,
    `Power at ${(100 * budget.alpha).toFixed(2)} % a look: at least Alibi Detect's, same alpha`,
    [],
  );
}

export const alibiSetting = ({ name }: Budget) => `Alibi Detect, Bonferroni ${name}`;

/** A cell is behind when the whole of its interval, made for all cells together, lies below zero. */
function atLeast(found: readonly Pair[], claim: string, peers: readonly string[]): Verdict {
  const gaps = found.map(({ name, runs, theirs }) => ({ name, ...difference(runs, theirs, zOf()) }));
  const mean = gaps.reduce((sum, { share }) => sum + share, 0) / gaps.length;
  const least = gaps.reduce((a, b) => b.share < a.share ? b : a);
  const ahead = gaps.filter(({ low }) => low > 0), behind = gaps.filter(({ high }) => high < 0);
  const broken = found.filter(({ runs, theirs }) => difference(runs, theirs, zOf(found.length)).high < 0);
  return {
    claim,
    found:
      `mean difference ${percent(mean)} over ${found.length} cells, least ${
        percent(least.share)
      } (${least.name}); ` +
      `by their own 95 % interval ahead in ${ahead.length}, behind in ${
        listed(behind)
      }; by one for all cells ` +
      `behind in ${listed(broken)}${peers.length > 0 ? `. The best peers: ${peers.join("; ")}` : ""}`,
    holds: broken.length === 0 && mean >= 0,
  };
}
