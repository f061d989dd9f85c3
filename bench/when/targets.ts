import { interval, mean, meanOverSets } from "./bootstrap.ts";
import { NOW, RECALIBRATING } from "./policies/mod.ts";
import { BEST_PERIOD, type Result } from "./run.ts";
import { bestPeer, type Group, groupOf, meanExcess, pairedExcess, peersOf, placement } from "./summary.ts";

/** A figure that was asked for before the first run, and whether it holds for one of our policies. */
export interface Target {
  readonly what: string;
  readonly policy: string;
  readonly found: string;
  readonly holds: boolean;
}

type Found = Omit<Target, "policy">;

const percent = (share: number, digits = 2) => `${(100 * share).toFixed(digits)} %`;
/** Every training on it is in vain but for what more rows teach. */
export const NO_DRIFT = "sea";

/**
 * The targets, computed for the rule alone and for the rule that may also recalibrate.
 * @param all every result  @param open of the sets where the oracle gains enough
 */
export function targetsOf(all: readonly Result[], open: readonly Result[]): Target[] {
  const ours = [NOW, RECALIBRATING].filter((name) => all.some(({ policy }) => policy === name));
  return ours.flatMap((policy) =>
    [
      ...beside(open, policy, { group: "at once", share: 0.7 }),
      ...beside(open, policy, { group: "later", share: 0.5 }),
      ...ahead(all, policy),
      nowhereWorse(all, policy),
      ...noDrift(all, policy),
      ...placed(open, policy),
    ].map(({ what, found, holds }) => ({ what, policy, found, holds }))
  );
}

function beside(
  open: readonly Result[],
  policy: string,
  { group, share }: { group: Group; share: number },
): Found[] {
  const results = open.filter((r) => groupOf(r) === group);
  if (results.length === 0) return [];
  const peer = bestPeer(results);
  const ours = meanExcess(results, policy);
  const theirs = meanExcess(results, peer);
  const differences = pairedExcess(results, policy, peer);
  const [low, high] = interval(differences);
  const isOne = new Set(differences.map(({ set, seed }) => `${set} ${seed}`)).size < 2;
  return [
    {
      what: `labels ${group}: excess over the oracle at most ${share.toFixed(2)} of the best causal peer's`,
      found: `${percent(ours)} against ${percent(theirs)} (${peer}): ${(ours / theirs).toFixed(2)}`,
      holds: ours <= share * theirs,
    },
    {
      what: `labels ${group}: interval of the difference to that peer below 0`,
      found: isOne ? "one set and seed give no interval" : `${percent(low)} to ${percent(high)}`,
      holds: !isOne && high < 0,
    },
  ];
}

function ahead(all: readonly Result[], policy: string): Found[] {
  const families = ["UPF", "CARA"];
  const sets = [...new Set(all.map(({ set }) => set))];
  return families.map((family) => {
    const peers = peersOf(all).filter((name) => name.startsWith(family));
    const better = sets.filter((set) => {
      const results = all.filter((r) => r.set === set);
      return peers.every((peer) => meanOverSets(pairedExcess(results, policy, peer)) < 0);
    });
    return {
      what: `better than ${peers.join(", ")} each on most sets`,
      found: `on ${better.length} of ${sets.length}: ${better.join(", ")}`,
      holds: better.length > sets.length / 2,
    };
  });
}

function nowhereWorse(all: readonly Result[], policy: string): Found {
  const sets = [...new Set(all.map(({ set }) => set))];
  const over = sets.map((set) => {
    const results = all.filter((r) => r.set === set && r.policy === policy);
    return { set, over: mean(results.map((r) => r.cost / r.bestPeriod - 1)) };
  });
  const worse = over.filter((one) => one.over > 0.01);
  return {
    what: `nowhere more than 1 % above the ${BEST_PERIOD}`,
    found: worse.length === 0
      ? `at most ${percent(Math.max(...over.map((one) => one.over)))}`
      : worse.map((one) => `${one.set} ${percent(one.over)}`).join(", "),
    holds: worse.length === 0,
  };
}

function noDrift(all: readonly Result[], policy: string): Found[] {
  const results = all.filter((r) => r.set === NO_DRIFT && r.policy === policy);
  if (results.length === 0) return [];
  const rate = 24 * mean(results.map((r) => r.trainings / r.decisions));
  return [{
    what: "SEA without drift: at most 1 training in 24 decisions",
    found: `${rate.toFixed(2)}, mean over learners, seeds, delays and prices`,
    holds: rate <= 1,
  }];
}

function placed(open: readonly Result[], policy: string): Found[] {
  const { precision, hits } = placement(open.filter((r) => r.policy === policy));
  return [{
    what: "precision at least .71 with episode hits at least .47",
    found: `precision ${precision.toFixed(3)}, hits ${hits.toFixed(3)}`,
    holds: precision >= 0.71 && hits >= 0.47,
  }];
}
