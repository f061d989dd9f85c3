import type { CycleImpact } from "./impact.ts";
import { lessCost, type Money, type Part, sumOf } from "./money.ts";

type Gain = CycleImpact["measured"];

/** A gain over some parts beside its cost. @param parts none: nothing is known */
export function gainOver(
  parts: readonly Part[],
  { cost, confidence }: { cost: number | null; confidence: number },
): Gain {
  const gain = parts.length > 0 ? sumOf(parts, { confidence }) : null;
  return { gain, net: netOf(gain, cost), roi: returnOf(gain, cost) };
}

const netOf = (gain: Money | null, cost: number | null): Gain["net"] =>
  gain === null || cost === null ? null : lessCost(gain, cost);

function returnOf(gain: Money | null, cost: number | null): Gain["roi"] {
  const net = netOf(gain, cost);
  if (net === null || !(cost! > 0)) return null;
  const share = (value: number | null) => value === null ? null : value / cost!;
  return { amount: net.amount / cost!, low: share(net.low), high: share(net.high) };
}
