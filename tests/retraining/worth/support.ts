import type { WorthInput } from "../../../src/retraining/worth/decide.ts";
import type { WorthVersion, WorthWindow } from "../../../src/retraining/worth/evidence.ts";
import type { Regime } from "../../../src/retraining/worth/regime.ts";

/** A regime in which nothing is certain; without sudden changes. */
export const PLAIN: Regime = {
  name: "plain",
  weight: 1,
  level: 1,
  difficulty: 0.1,
  memory: 0.8,
  shock: 0.02,
  maturity: 0.05,
  maturitySd: 0.1,
  curve: 0.5,
  ageing: 0.002,
  ageingSd: 0.01,
  wander: 0.03,
  straying: 0.02,
  passing: 1,
  inherited: 0,
  luck: 0.02,
  noise: 0.03,
  sampling: 1,
  jumpChance: 0,
  jump: 0.5,
  jumpShared: 0.3,
};

/** Versions trained on 100 rows a window, through the windows given. */
export const versionsThrough = (windows: readonly number[]): WorthVersion[] =>
  windows.map((through) => ({ id: `v${through}`, through, rows: 100 * (through + 1) }));

/** Windows 1 to `count`, in which a version loses what `lossOf` says. */
export function windowsOf(
  versions: readonly WorthVersion[],
  { count, error = 0.01, lossOf }: {
    count: number;
    error?: number;
    lossOf: (version: WorthVersion, window: number) => number;
  },
): WorthWindow[] {
  return Array.from({ length: count }, (_, i) => {
    const number = i + 1;
    const scored = versions.filter(({ through }) => through < number);
    const losses = scored.map((version) => ({ version: version.id, loss: lossOf(version, number) }));
    const pairs = scored.flatMap((older, a) =>
      scored.slice(a + 1).map((newer) => ({
        older: older.id,
        newer: newer.id,
        difference: lossOf(older, number) - lossOf(newer, number),
        error,
      }))
    );
    return { number, losses, pairs, alarm: false };
  });
}

/** A question about the newest version, asked when `count` windows are labelled. */
export function inputOf(
  versions: readonly WorthVersion[],
  windows: readonly WorthWindow[],
  over: Partial<WorthInput> = {},
): WorthInput {
  const newest = windows[windows.length - 1].number;
  return {
    versions: [...versions],
    windows: [...windows],
    serving: versions[versions.length - 1].id,
    next: { through: newest, rows: 100 * (newest + 1) },
    window: newest + 1,
    price: 0.05,
    priceBasis: null,
    horizon: 10,
    caution: 0.6,
    overlap: 0,
    passes: 1,
    recalibration: null,
    origin: null,
    forecasts: [],
    regimes: [PLAIN],
    ...over,
  };
}
