import type { RetrainingConfig } from "../../config/retraining.ts";
import type { AgeingTable } from "../../db/retention.ts";

export const CLASS_NAMES = [
  "events",
  "shoppers",
  "predictions",
  "metrics",
  "blocks",
  "evidence",
  "versions",
  "files",
  "quarantine",
  "alerts",
  "idempotency",
  "logs",
  "audit",
] as const;
export type ClassName = (typeof CLASS_NAMES)[number];

type KeepSetting = Extract<keyof RetrainingConfig, `keep_${string}`>;

/** A class of what is kept. */
export interface Class {
  name: ClassName;
  /** null: no setting, a decision (docs/decisions/0044) */
  setting: KeepSetting | null;
  /** rows that go by their age; none: another rule */
  tables: readonly AgeingTable[];
  /** whether its age is the data's, which stand still in a demo */
  ofData: boolean;
  unit: "rows" | "files";
  /** how often it is cleaned up by itself */
  every: "day" | "month";
}

const rows = (
  name: ClassName,
  setting: KeepSetting,
  tables: readonly AgeingTable[],
  ofData = false,
): Class => ({
  name,
  setting,
  tables,
  ofData,
  unit: "rows",
  every: "day",
});

const files = (name: ClassName, setting: KeepSetting | null, every: Class["every"]): Class => ({
  name,
  setting,
  tables: [],
  ofData: false,
  unit: "files",
  every,
});

/** Every class, in the order in which they are cleaned: rows that name files before the files. */
export const CLASSES: readonly Class[] = [
  rows("events", "keep_events_days", ["events"], true),
  rows("shoppers", "keep_shoppers_days", ["user_days"], true),
  rows("predictions", "keep_predictions_days", ["predictions"]),
  rows("metrics", "keep_metrics_days", ["serving_minutes"]),
  rows("blocks", "keep_blocks_days", ["label_blocks", "feature_blocks", "feature_shards"]),
  files("evidence", "keep_evidence_days", "day"),
  files("versions", "keep_rejected_days", "month"),
  files("files", null, "day"),
  rows("quarantine", "keep_quarantine_days", ["quarantine"]),
  rows("alerts", "keep_alerts_days", ["deliveries", "alerts"]),
  rows("idempotency", "keep_idempotency_days", ["idempotency_keys"]),
  files("logs", "keep_logs_days", "day"),
  { name: "audit", setting: null, tables: [], ofData: false, unit: "rows", every: "day" }, // a chain is whole or broken
];
