import type { ModelConfig, RetrainingConfig } from "./retraining.ts";

/** The name under which what model files declare is put in force. */
export const FILE_AUTHOR = "model files";

/** What a model's file may declare of its rows, its checks and its gate. */
export interface Declaring {
  readonly name: string;
  readonly horizonDays?: number;
  readonly activeDays?: number;
  readonly activity?: ModelConfig["activity"];
  readonly stepDays?: number;
  readonly checkEveryHours?: number;
  readonly gate?: ModelConfig["gate"];
}

/** The setting that each declared field is put in force as. */
const SETTING_OF = {
  horizonDays: "horizon_days",
  activeDays: "active_days",
  activity: "activity",
  stepDays: "step_days",
  checkEveryHours: "retrain_interval_hours",
  gate: "gate",
} as const satisfies Record<Exclude<keyof Declaring, "name">, keyof ModelConfig>;
const FIELDS = Object.keys(SETTING_OF) as (keyof typeof SETTING_OF)[];
type DeclaredSetting = typeof SETTING_OF[keyof typeof SETTING_OF];

/** Versions of the configuration that say who put them in force, newest first. */
type History = readonly { readonly config: RetrainingConfig; readonly by: string }[];

/**
 * Returns the configuration with what model files declare as settings of these models. What a person has set for a model
 * stays; what an earlier file declared follows the file, also where it declares it no more.
 * @param history every version of the configuration, newest first; none before anyone changed anything
 * @returns null where the configuration says so already
 */
export function withDeclared(
  current: RetrainingConfig,
  models: readonly Declaring[],
  history: History,
): RetrainingConfig | null {
  const overrides: Record<string, Record<string, unknown>> = { ...current.models };
  let isChanged = false;
  for (const model of models) {
    for (const field of FIELDS) {
      const setting = SETTING_OF[field];
      const own = current.models[model.name]?.[setting];
      const wanted = model[field];
      if (own === wanted || (own !== undefined && !isOfFile(history, model.name, setting))) continue;
      overrides[model.name] = { ...overrides[model.name], [setting]: wanted };
      if (wanted === undefined) delete overrides[model.name][setting];
      isChanged = true;
    }
  }
  return isChanged ? { ...current, models: overrides as RetrainingConfig["models"] } : null;
}

/** Whether the value in force came with a file: the version that brought it was put in force by one. */
function isOfFile(history: History, model: string, setting: DeclaredSetting): boolean {
  const valueIn = ({ config }: History[number]) => config.models[model]?.[setting];
  const other = history.findIndex((version) => valueIn(version) !== valueIn(history[0]));
  const brought = history[other === -1 ? history.length - 1 : other - 1];
  return brought?.by === FILE_AUTHOR;
}
