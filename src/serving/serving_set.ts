import { ConflictError } from "../core/errors.ts";
import { currentConfig } from "../db/config/config_versions.ts";
import type { Database } from "../db/connect.ts";
import { type ServingState, servingState } from "../db/models/serving.ts";
import { knownGoods } from "../app/registry/moves.ts";
import { configOf } from "../config/retraining.ts";
import type { Manifest } from "../registry/version.ts";
import type { LoadedModel, ModelLoader } from "./loaded_model.ts";

/** All loaded models that answer for a model at one time. It never changes: what serves next is another one. */
export interface ServingSet {
  readonly state: ServingState;
  readonly champion: LoadedModel;
  /** a loaded model for each arm of the rollout that runs, in the order of `state.arms` */
  readonly challengers: readonly LoadedModel[];
  /** the last known good version, for when the champion cannot answer; null: there is none */
  readonly fallbackModel: LoadedModel | null;
  /** of what the champion predicts; undefined: it was trained by a release that did not say */
  readonly unit?: string;
  /** the answer where no version has one */
  readonly baseline: {
    readonly prediction: number;
    readonly probabilities?: readonly number[];
    readonly horizonDays: number;
  };
  /** of several classes: their names */
  readonly classes?: readonly string[];
}

/** Gives the serving set of a model. */
export interface ServingResolver {
  /** Returns what serves a model now. @throws {ConflictError} nothing serves it yet */
  resolve(model: string): ServingSet | Promise<ServingSet>;
}

/** Loads every version that serves by `state`, and the one that stands in for them. */
export async function loadServingSet(
  sql: Database,
  load: ModelLoader,
  state: ServingState,
): Promise<ServingSet> {
  const { model, champion: number, arms } = state;
  const [champion, challengers, { config }] = await Promise.all([
    load(model, number),
    Promise.all(arms.map(({ version }) => load(model, version))),
    currentConfig(sql),
  ]);
  const standIns = await loadStandIns(sql, load, model);
  const manifest = trustedManifest(model, [champion, ...standIns]);
  const { horizon_days: horizonDays } = configOf(config, model);
  return {
    state,
    champion,
    challengers,
    fallbackModel: standIns.find(({ scorer }) => scorer !== null) ?? null,
    unit: manifest.unit,
    baseline: { prediction: manifest.baseline, probabilities: manifest.shares, horizonDays },
    classes: manifest.classes,
  };
}

/** Returns what the first version says of itself that we trust: what an unsigned one says is nobody's word. */
function trustedManifest(model: string, versions: readonly LoadedModel[]): Manifest {
  const trusted = versions.find(({ manifest }) => manifest !== null)?.manifest;
  if (trusted) return trusted;
  const cure = "put signing key and rows back as they were, or retrain";
  throw new ConflictError(
    `Cannot predict "${model}": no version that served is signed as it stands; ${cure}`,
  );
}

const TRIED_MAX = 5;

/**
 * Loads known good versions, newest first, up to the first whose file is good. One that was marked as damaged is tried
 * last: it may be good again.
 */
async function loadStandIns(sql: Database, load: ModelLoader, model: string): Promise<LoadedModel[]> {
  const versions = await knownGoods(sql, model);
  const unmarked = versions.filter(({ damagedAt }) => damagedAt === null);
  const marked = versions.filter(({ damagedAt }) => damagedAt !== null);
  const tried: LoadedModel[] = [];
  for (const { version } of [...unmarked, ...marked].slice(0, TRIED_MAX)) {
    const loadedModel = await load(model, version, { standIn: true });
    tried.push(loadedModel);
    if (loadedModel.scorer !== null) break;
  }
  return tried;
}

/** Whether every version in it could be loaded. */
export const isComplete = ({ champion, challengers }: ServingSet): boolean =>
  [champion, ...challengers].every(({ scorer }) => scorer !== null);

/** Resolves by what the database says at each call; loads anew only when what serves has changed, or was damaged. */
export function createServingResolver(sql: Database, load: ModelLoader): ServingResolver {
  const loaded = new Map<string, ServingSet>();
  return {
    async resolve(model) {
      const state = await servingState(sql, model);
      if (state === null) throw new ConflictError(`Cannot predict "${model}": no version serves yet`);
      const known = loaded.get(model);
      if (known && known.state.revision === state.revision && isComplete(known)) return known;
      const servingSet = await loadServingSet(sql, load, state);
      loaded.set(model, servingSet);
      return servingSet;
    },
  };
}
