import { currentConfig } from "../../src/db/config/config_versions.ts";
import { countEvents } from "../../src/db/events/events.ts";
import { listObservations } from "../../src/db/monitoring/observations.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import { countAccepted } from "../../src/db/monitoring/quality_findings.ts";
import { alphaOf, type Watched } from "../../src/monitoring/budget.ts";
import type { ActivityDeps } from "../deps.ts";

/** Names a look: the same moment, data and configuration are looked at once, however often one asks. */
export async function observationKey({ sql }: Pick<ActivityDeps, "sql">, asOfMs: number): Promise<string> {
  const [events, { version }, accepted] = await Promise.all([
    countEvents(sql, { beforeMs: asOfMs }),
    currentConfig(sql),
    countAccepted(sql),
  ]);
  return `${new Date(asOfMs).toISOString()}/${events} events/config ${version}/${accepted} accepted`;
}

/** Returns a look's share of the false-alarm budget: it accrues from the look before it. */
export async function alphasOf(
  { sql, models }: Pick<ActivityDeps, "sql" | "models">,
  { kind, model, watched, asOfMs }: {
    kind: Observation["kind"];
    model: string | null;
    watched: readonly Watched[];
    asOfMs: number;
  },
): Promise<number[]> {
  const { config } = await currentConfig(sql);
  const [previous] = await listObservations(sql, { kind, model, beforeMs: asOfMs, limit: 1 });
  return watched.map((input) =>
    alphaOf(input, {
      falseAlarmDays: config.false_alarm_days,
      asOfMs,
      previousMs: previous ? Date.parse(previous.asOf) : null,
      models: model === null ? 1 : models.size,
    })
  );
}
