import type { ServingMove } from "../src/registry/version.ts";
import { msBetween } from "../src/format/figures.ts";

/** One stretch of service of one version, in the data's time; `until` null: it serves now. */
export interface Service {
  version: number;
  from: string;
  until: string | null;
  rolledBack: boolean;
}

/** Returns the services of a model's versions, oldest first, from its moves (newest first). */
export function services(moves: readonly ServingMove[]): Service[] {
  const oldestFirst = moves.toReversed();
  return oldestFirst.map((move, i) => {
    const next = oldestFirst[i + 1];
    return {
      version: move.version,
      from: move.asOf,
      until: next?.asOf ?? null,
      rolledBack: next?.kind === "roll back",
    };
  });
}

const SHOWN = 7;
const OUTER = 22.5;
const INNER = 4.5;

/** One ring per served version, oldest inside; a wider gap is a longer service; green serves, broken was taken back. */
export function VersionRings(
  { model, served, asOf }: { model: string; served: readonly Service[]; asOf: string },
) {
  const shown = served.slice(-SHOWN);
  const days = shown.map(({ from, until }) => Math.max(0, msBetween(from, until ?? asOf)) / 86_400_000 + 1);
  const total = days.reduce((sum, d) => sum + d, 0);
  const grown = days.map((_, i) => days.slice(0, i + 1).reduce((sum, d) => sum + d, 0) / total);
  const label = served.length === 0
    ? `No version of ${model} has served yet`
    : `${served.length} services of ${model}, one ring each for the last ${shown.length}; the outer ring, ` +
      `v${shown.at(-1)!.version}, serves`;
  return (
    <svg class="rings" viewBox="0 0 48 48" role="img" aria-label={label}>
      {served.length === 0 && <circle class="ring broken" cx="24" cy="24" r={OUTER} />}
      {shown.map(({ version, from, rolledBack, until }, i) => {
        const r = shown.length === 1 ? OUTER : INNER + (OUTER - INNER) * grown[i];
        const kind = until === null ? "ring now" : rolledBack ? "ring back" : "ring";
        const off = (OUTER - r) * 0.075; // off centre, as a tree's rings are
        return (
          <circle key={`${version} ${from}`} class={kind} cx={24 - off} cy={24 + off} r={r.toFixed(2)} />
        );
      })}
    </svg>
  );
}
