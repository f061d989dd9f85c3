import type { ChannelName } from "../src/alerts/alert.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Database } from "../src/db/connect.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { DriftWorkerPool } from "../src/threads/drift_worker_pool.ts";
import type { ArtefactStore } from "../src/registry/artefacts.ts";
import type { SigningKeys } from "../src/security/signing.ts";
import type { Trainer } from "../src/training/trainer.ts";

/** The dependencies of activities. */
export interface ActivityDeps {
  sql: Database;
  clock: Clock;
  store: ArtefactStore;
  trainer: Trainer;
  models: ReadonlyMap<string, ModelDefinition>;
  /** which code trained a model: hash of the commit or of the sources */
  codeVersion: string;
  /** signs the versions that are made here; left out: they stay unsigned, and serve nowhere that asks */
  signing?: SigningKeys;
  /** what alerts are told over; left out: the log alone */
  alertChannels?: readonly ChannelName[];
}

/** Further dependencies of looks: statistics are computed off the main thread. */
export interface ObserveDeps extends ActivityDeps {
  driftWorkers: DriftWorkerPool;
  /** left out: yes; people do not see the looks of a backtest, which go without importance and distributions to draw */
  looksAreShown?: boolean;
}
