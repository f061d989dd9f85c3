import { OWN_DISTANCES, type OwnDistance } from "../drift/own_distance.ts";
import type { Table } from "../drift/table.ts";
import type { DriftWorkerPool } from "./drift_worker_pool.ts";

/** The same pool, whose verdicts also tell the operator's distances; null: one could not say. */
export function withOwnDistances(
  pool: DriftWorkerPool,
  own: readonly OwnDistance[] = OWN_DISTANCES,
): DriftWorkerPool {
  return {
    async compareWindows(reference, current, options) {
      const verdict = await pool.compareWindows(reference, current, options);
      for (const { name, distances } of own) {
        const values = await distances(reference, current).catch(() => noneOf(reference)); // an alert tells of it
        verdict.features.forEach((feature, i) => feature.distances[name] = values[i] ?? null);
      }
      return verdict;
    },
    close: () => pool.close(),
  };
}

const noneOf = ({ names }: Table): null[] => names.map(() => null);
