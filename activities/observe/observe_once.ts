import { findObservation, saveObservation } from "../../src/db/monitoring/observations.ts";
import { createSharedWork } from "../../src/core/shared_work.ts";
import type { Observation } from "../../src/monitoring/observation.ts";
import type { Shapes } from "../../src/monitoring/shapes.ts";
import { sealValue } from "../../src/registry/sealed.ts";
import type { ActivityDeps } from "../deps.ts";

/** How one kind of observation is made. */
interface Steps<Evidence> {
  /** everything that the report rests on */
  gather: () => Promise<Evidence>;
  judge: (evidence: Evidence) => Report | Promise<Report>;
  /** distributions to draw beside the report */
  shapes?: (evidence: Evidence) => Promise<Shapes>;
}

type Report = Pick<Observation, "asOf" | "answer">;

/** Looks under way, by database: the cycles of two models begin with the same one. */
const looks = createSharedWork<Observation>();

/**
 * Finds the observation of a key, or makes it: gathers the evidence, judges it, seals it and stores the report. A retry
 * finds the one made first.
 */
export function observeOnce<Evidence>(
  deps: ActivityDeps,
  id: Pick<Observation, "kind" | "model" | "key">,
  steps: Steps<Evidence>,
): Promise<Observation> {
  return looks.run(deps.sql, JSON.stringify([id.kind, id.model, id.key]), () => observe(deps, id, steps));
}

async function observe<Evidence>(
  { sql, store, codeVersion }: ActivityDeps,
  id: Pick<Observation, "kind" | "model" | "key">,
  { gather, judge, shapes }: Steps<Evidence>,
): Promise<Observation> {
  const known = await findObservation(sql, id);
  if (known) return known;
  const evidence = await gather();
  const report = await judge(evidence);
  return await saveObservation(sql, {
    ...id,
    id: crypto.randomUUID(),
    codeVersion,
    asOf: report.asOf,
    answer: report.answer,
    report: { ...report },
    evidenceSha256: await sealValue(store, evidence),
    shapes: await shapes?.(evidence),
  });
}
