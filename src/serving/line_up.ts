import { ConflictError } from "../core/errors.ts";
import { currentConfig } from "../db/config/config_versions.ts";
import type { Database } from "../db/connect.ts";
import { type ServingState, servingState } from "../db/models/serving.ts";
import { getVersion } from "../db/models/versions.ts";
import { knownGood } from "../app/registry/moves.ts";
import { configOf } from "../config/retraining.ts";
import type { LoadedModel, ModelLoader } from "./loaded_model.ts";

/** Everyone who may speak for a model at one time, loaded. It never changes: what serves next is another one. */
export interface LineUp {
  readonly state: ServingState;
  readonly champion: LoadedModel;
  /** a loaded model for each arm of the rollout that runs, in the order of `state.arms` */
  readonly challengers: readonly LoadedModel[];
  /** the last known good version, for when the champion cannot answer; null: there is none */
  readonly spare: LoadedModel | null;
  /** what is said when no version can */
  readonly baseline: { readonly prediction: number; readonly horizonDays: number };
}

/** Where line-ups come from. */
export interface LineUps {
  /** Who may speak for a model now. @throws {ConflictError} nothing serves it yet */
  of(model: string): LineUp | Promise<LineUp>;
}

/** Loads everyone whom `state` lets speak, and those who stand in for them. */
export async function loadLineUp(sql: Database, load: ModelLoader, state: ServingState): Promise<LineUp> {
  const { model, champion: number, arms } = state;
  const [champion, challengers, { manifest }, { config }] = await Promise.all([
    load(model, number),
    Promise.all(arms.map(({ version }) => load(model, version))),
    getVersion(sql, model, number),
    currentConfig(sql),
  ]);
  const spare = await firstGood(sql, load, model);
  const { horizon_days: horizonDays } = configOf(config, model);
  return { state, champion, challengers, spare, baseline: { prediction: manifest.baseline, horizonDays } };
}

const TRIED_MAX = 5;

/** The last known good version whose file is good; each one that is not was marked, and is passed over the next time. */
async function firstGood(sql: Database, load: ModelLoader, model: string): Promise<LoadedModel | null> {
  for (let tried = 0; tried < TRIED_MAX; tried++) {
    const version = await knownGood(sql, model);
    if (version === null) return null;
    const loadedModel = await load(model, version);
    if (loadedModel.scorer !== null) return loadedModel;
  }
  return null;
}

/** Whether every version in it could be loaded. */
export const isWhole = ({ champion, challengers }: LineUp): boolean =>
  [champion, ...challengers].every(({ scorer }) => scorer !== null);

/** Line-ups by what the database says at each call; loaded anew only when what serves has changed, or was damaged. */
export function freshLineUps(sql: Database, load: ModelLoader): LineUps {
  const loaded = new Map<string, LineUp>();
  return {
    async of(model) {
      const state = await servingState(sql, model);
      if (state === null) throw new ConflictError(`Cannot predict "${model}": no version serves yet`);
      const known = loaded.get(model);
      if (known && known.state.revision === state.revision && isWhole(known)) return known;
      const lineUp = await loadLineUp(sql, load, state);
      loaded.set(model, lineUp);
      return lineUp;
    },
  };
}
