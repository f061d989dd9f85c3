import { statfs } from "node:fs/promises";
import type { Clock } from "../../core/clock.ts";
import { DAY_MS } from "../../core/time.ts";
import { configOf } from "../../config/retraining.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Sql } from "../../db/connect.ts";
import {
  type Count,
  countAlerts,
  countConnections,
  countCycles,
  type ModelFacts,
  modelFacts,
  type QueueFacts,
  queueFacts,
} from "../../db/operations.ts";

/** A training budget counts over a quarter. */
const BUDGET_MS = 91 * DAY_MS;

/** What the database says of how an installation does. */
export interface Operations {
  models: (ModelFacts & { trainingBudget: number | null })[];
  queues: QueueFacts;
  connections: Count[];
  alerts: Count[];
  cycles: (Count & { model: string })[];
}

/** Reads what the database says of how an installation does. */
export async function readOperations(sql: Sql, clock: Clock): Promise<Operations> {
  const [models, queues, connections, alerts, cycles, { config }] = await Promise.all([
    modelFacts(sql, { sinceMs: clock() - BUDGET_MS }),
    queueFacts(sql),
    countConnections(sql),
    countAlerts(sql),
    countCycles(sql),
    currentConfig(sql),
  ]);
  const budgeted = models.map((facts) => ({
    ...facts,
    trainingBudget: configOf(config, facts.model).training_budget,
  }));
  return { models: budgeted, queues, connections, alerts, cycles };
}

/** The room on the disk of a folder. */
export interface DiskRoom {
  folder: string;
  freeBytes: number;
  totalBytes: number;
}

/** Reads how much room the disks of some folders have; one that is not there is left out. */
export async function diskRooms(folders: Readonly<Record<string, string>>): Promise<DiskRoom[]> {
  const rooms = await Promise.all(
    Object.entries(folders).map(async ([folder, path]) => {
      const room = await statfs(path).catch(() => null);
      if (room === null) return [];
      return [{ folder, freeBytes: room.bavail * room.bsize, totalBytes: room.blocks * room.bsize }];
    }),
  );
  return rooms.flat();
}
