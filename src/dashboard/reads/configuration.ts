import { readWhatIf } from "../../app/reports/what_if.ts";
import { ownPolicies } from "../../backtest/policies/mod.ts";
import { ownStrategies } from "../../rollout/strategies/mod.ts";
import type { RetrainingConfig } from "../../config/retraining.ts";
import {
  configHistory,
  type ConfigVersion,
  currentConfig,
  DEFAULT_CONFIG,
} from "../../db/config/config_versions.ts";
import type { WhatIfReport } from "../../retraining/what_if.ts";
import type { DashboardDeps } from "../deps.ts";

/** The configuration of retraining: now, and before. */
export interface Configuration {
  current: ConfigVersion;
  /** version 0 */
  defaults: ConfigVersion;
  /** all versions that are kept in reach, newest first */
  versions: ConfigVersion[];
  /** every model that may differ */
  models: string[];
  /** what files of the operator's add to choose from, by what the forms ask for */
  own: { strategies: OwnChoice[]; policies: OwnChoice[] };
}

/** One way of the operator's own. */
export interface OwnChoice {
  /** as it is asked for: `own:NAME` */
  name: string;
  means: string;
}

/** Reads for the page about the configuration. */
export interface ConfigurationReads {
  configuration(): Promise<Configuration>;
  /** decides the last days of history again under another configuration */
  simulateConfig(wanted: RetrainingConfig, days: number): Promise<WhatIfReport>;
}

const CONFIGS_SHOWN = 1000;

/** Answers them from Postgres. */
export const configurationReads = (deps: DashboardDeps): ConfigurationReads => ({
  async configuration() {
    const [current, versions] = await Promise.all([
      currentConfig(deps.sql),
      configHistory(deps.sql, CONFIGS_SHOWN),
    ]);
    const own = { strategies: ownStrategies(), policies: ownPolicies() };
    return { current, defaults: DEFAULT_CONFIG, versions, models: [...deps.models.keys()], own };
  },
  simulateConfig: (wanted, days) => readWhatIf(deps, { wanted, days }),
});
