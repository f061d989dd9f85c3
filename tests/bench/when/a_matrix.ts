import { Matrix } from "../../../bench/when/matrix.ts";
import { seededRandom } from "../../../src/core/random.ts";

/** A matrix of made-up losses: of the version trained before block `before` on block `j`. */
export function aMatrix(
  { blocks, history, loss, knownAt, mode = "fixed" }: {
    blocks: number;
    history: number;
    loss: (before: number, j: number) => number;
    knownAt?: readonly number[];
    mode?: Matrix["mode"];
  },
): Matrix {
  const versions = Array.from({ length: blocks - 1 }, (_, i) => i + 1);
  const range = Array.from({ length: blocks }, (_, j) => j);
  return Matrix.parse({
    format: 1,
    set: "made up",
    kind: "regression",
    measure: "squared",
    learner: "none",
    seed: 1,
    mode,
    history,
    minDelay: 0,
    blocks,
    rows: range.map(() => 100),
    knownAt: knownAt ?? range.map((j) => j + 1),
    versions: versions.map((before) => ({ before, through: before - 1, rows: 100 * before, seconds: 0 })),
    loss: versions.map((before) => range.map((j) => j < before ? null : loss(before, j))),
    shift: range.map((a) => range.map((b) => Math.abs(a - b))),
    pairSe: range.map(() => versions.slice(1).map((k) => Array.from({ length: blocks - k }, () => 0.1))),
    recal: versions.map((before) =>
      range.map((r) => r <= before ? null : range.slice(r).map((j) => 0.8 * loss(before, j) + 0.02 * (j - r)))
    ),
  });
}

/** Losses between 0 and 1 without rhyme or reason. */
export function randomLosses(seed: number): (before: number, j: number) => number {
  const random = seededRandom(seed);
  const kept = new Map<string, number>();
  return (before, j) => {
    const key = `${before} ${j}`;
    if (!kept.has(key)) kept.set(key, random());
    return kept.get(key)!;
  };
}
