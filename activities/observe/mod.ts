import { currentAsOf } from "../../src/app/as_of.ts";
import { OwnCodeError } from "../../src/core/errors.ts";
import { listObservations } from "../../src/db/monitoring/observations.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { observeDrift } from "./drift.ts";
import { observationKey } from "./observation_key.ts";
import { meetOutcomes, scorePopulation } from "./outcomes.ts";
import { observePerformance } from "./performance.ts";
import { observeQuality } from "./quality.ts";
import { feedStreams } from "./streams.ts";
import type { ActivityDeps, ObserveDeps } from "../deps.ts";

/** One look: the moment it holds for, what it stored, and what that says. */
interface ObservationResult {
  asOf: string;
  observations: string[];
  text: string;
}

/** A look at a model; with an alarm where something turned for the worse. */
type ModelLook = ObservationResult & { alarm: string | null };

/** Answers that call for a check at once. */
const ALARMING = new Set(["fell", "drifted"]);

export const createObserveActivities = (deps: ObserveDeps) => ({
  /**
   * Looks at the events. The same moment, data and configuration are looked at once: a retry finds the look made first.
   * @param asOf null: the installation's own clock decides
   */
  async observeEvents({ asOf }: { asOf: string | null }): Promise<ObservationResult> {
    const asOfMs = asOf === null ? await currentAsOf(deps.sql, deps.clock) : Date.parse(asOf);
    const { id, answer, report } = await observeQuality(deps, {
      key: await observationKey(deps, asOfMs),
      asOfMs,
    });
    return { asOf: new Date(asOfMs).toISOString(), observations: [id], text: `${answer}: ${report.text}` };
  },

  /**
   * Looks at what serves a model: outcomes that came true, its errors, its inputs. Before the first deployment at nothing;
   * nor where its own code fails, of which an alert tells: other models are looked at after it.
   */
  async observeModel(given: { model: string; asOf: string }): Promise<ModelLook> {
    try {
      return await lookAt(deps, given);
    } catch (error) {
      if (!(error instanceof OwnCodeError)) throw error;
      return { asOf: given.asOf, observations: [], text: error.message, alarm: null };
    }
  },
});

async function lookAt(
  deps: ObserveDeps,
  { model, asOf }: { model: string; asOf: string },
): Promise<ModelLook> {
  const asOfMs = Date.parse(asOf);
  await meetOutcomes(deps, { model, asOfMs });
  const version = await servingVersion(deps.sql, model);
  if (version === null) return { asOf, observations: [], text: "no version serves yet", alarm: null };
  const look = { model, version, key: await observationKey(deps, asOfMs), asOfMs };
  await scorePopulation(deps, look);
  await feedStreams(deps, look);
  const performance = await observePerformance(deps, look);
  const drift = await observeDrift(deps, look);
  const answers = [performance, drift].map(({ kind, answer }) => `${kind}: ${answer}`);
  const alarm = await alarmOf(deps, [performance, drift]);
  return { asOf, observations: [performance.id, drift.id], text: answers.join(", "), alarm };
}

/** Says what turned for the worse since the look before; null: nothing did. */
async function alarmOf({ sql }: ActivityDeps, looks: readonly Observation[]): Promise<string | null> {
  for (const { kind, model, asOf, answer, report } of looks) {
    if (!ALARMING.has(answer)) continue;
    const [before] = await listObservations(sql, { kind, model, beforeMs: Date.parse(asOf), limit: 1 });
    if (before?.answer !== answer || before.report.version !== report.version) return String(report.text);
  }
  return null;
}
