import { gaussian, type Random, seededRandom } from "../../src/core/random.ts";
import type { ErrorKind } from "../../src/drift/stream/detector.ts";
import { shiryaevRoberts } from "../../src/drift/stream/shiryaev_roberts.ts";

/** Errors that never change: one number after the other, and what the model said. */
type Still = (random: Random) => () => { x: number; group?: number };

const bits = (share: number): Still => (random) => () => ({ x: Number(random() < share) });
const sizes = (size: (random: Random, normal: Random) => number): Still => (random) => {
  const normal = gaussian(random);
  return () => ({ x: size(random, normal) });
};

export const STILL: readonly { name: string; kind: ErrorKind; of: Still }[] = [
  { name: "0/1, 0.2 % ones", kind: "binary", of: bits(0.002) },
  { name: "0/1, 1 % ones", kind: "binary", of: bits(0.01) },
  { name: "0/1, 10 % ones", kind: "binary", of: bits(0.1) },
  { name: "0/1, 50 % ones", kind: "binary", of: bits(0.5) },
  {
    name: "0/1, two answers with 5 % and 30 %",
    kind: "binary",
    of: (random) => () => {
      const group = Number(random() < 0.5);
      return { x: Number(random() < [0.05, 0.3][group]), group };
    },
  },
  { name: "half normal", kind: "real", of: sizes((_, normal) => Math.abs(normal())) },
  { name: "lognormal, sigma 2", kind: "real", of: sizes((_, normal) => Math.exp(2 * normal())) },
  { name: "Pareto without a mean", kind: "real", of: sizes((random) => 1 / (1 - random())) },
  {
    name: "95 % zeros",
    kind: "real",
    of: sizes((random, normal) => random() < 0.95 ? 0 : Math.abs(normal())),
  },
  { name: "whole numbers 0 to 3", kind: "real", of: sizes((random) => Math.floor(4 * random())) },
];

export interface RunLength {
  readonly name: string;
  readonly asked: number;
  /** numbers until the first alarm */
  readonly mean: number;
  /** 95 %, of the mean */
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** The mean time to a false alarm, over runs that each begin anew and end with their alarm. */
export function runLengthOn(
  { name, kind, of }: typeof STILL[number],
  asked: number,
  runs: number,
): RunLength {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const next = of(seededRandom(10_000 * asked + run));
    const detector = shiryaevRoberts.create({ kind, runLength: asked, seed: 1 });
    for (let t = 1;; t++) {
      const { x, group } = next();
      if (detector.update(x, group) === null) continue;
      times.push(t);
      break;
    }
  }
  const mean = times.reduce((a, b) => a + b) / runs;
  const variance = times.reduce((sum, t) => sum + (t - mean) ** 2, 0) / (runs - 1);
  const half = 1.96 * Math.sqrt(variance / runs);
  return { name, asked, mean, low: mean - half, high: mean + half, runs };
}
