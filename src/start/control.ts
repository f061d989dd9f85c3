import { systemClock } from "../core/clock.ts";
import { lastCheckMs } from "../db/cycles/checks.ts";
import { findDesired } from "../db/cycles/retrainers.ts";
import { temporalControl } from "../temporal/control_client.ts";
import type { Control } from "../temporal/control.ts";
import { createSign } from "../security/signals.ts";
import type { Shared } from "./shared.ts";

/** Tells workflows what people want, and proves that it was Perennial that sent it. */
export const signedControl = (
  { client, config, signals, sql }: Pick<Shared, "client" | "config" | "signals" | "sql">,
): Control =>
  temporalControl(client, {
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    sign: createSign(signals.key, systemClock),
    findStart: async (model) => {
      const [active, checkedMs] = await Promise.all([findDesired(sql, model), lastCheckMs(sql, model)]);
      return { model, active: active ?? false, lastCheckMs: checkedMs ?? undefined };
    },
  });
