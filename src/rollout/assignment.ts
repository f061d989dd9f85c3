import { hash32, mix32 } from "../core/random.ts";
import type { ArmShare } from "./plan.ts";

/**
 * Assigns a version to a shopper: always the same one while shares stay as they are, and as one arm's share grows
 * against the others' shoppers only ever move to that arm.
 *
 * Each version draws a number of the shopper's own; the one with the greatest `-share / ln(u)` speaks, which falls to
 * each version for its share of shoppers.
 * @param salt names the rollout: in the next one other shoppers go first
 * @param shopper anything that is the same for the same shopper
 * Source: weighted rendezvous hashing; Schindelhauer and Schomaker, Weighted distributed hash tables (SPAA 2005).
 */
export function armOf(
  shopper: string,
  { champion, arms, salt }: { champion: number; arms: readonly ArmShare[]; salt: string },
): number {
  if (arms.length === 0) return champion;
  const person = hash32(`${salt} ${shopper}`);
  const rest = arms.reduce((left, { share }) => left - share, 1);
  let chosen = champion;
  let best = strength(person, champion, rest);
  for (const { version, share } of arms) {
    const own = strength(person, version, share);
    if (own > best) [chosen, best] = [version, own];
  }
  return chosen;
}

function strength(person: number, version: number, share: number): number {
  if (share <= 0) return -Infinity;
  const u = (mix32(person ^ Math.imul(version + 1, 0x9e3779b1)) + 0.5) / 2 ** 32;
  return -share / Math.log(u);
}
