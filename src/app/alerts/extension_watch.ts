import type { ChannelName, WantedAlert } from "../../alerts/alert.ts";
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../db/connect.ts";
import { closeAlert, openAlert } from "../../db/alerts/alerts.ts";
import type { Extension, OwnNews } from "../extensions.ts";
import { settleAlerts } from "./settle.ts";

interface WatchDeps {
  sql: Database;
  clock: Clock;
  channels: readonly ChannelName[];
  log: Log;
}

const TEXT_MAX = 300;
const keyOf = (file: string): string => `extension/${file}`;

/** Opens an alert about each file that is left out, and closes those about files that are in use or gone. */
export async function tellOfLeftOut(
  { sql, clock, channels }: Pick<WatchDeps, "sql" | "clock" | "channels">,
  extensions: readonly Extension[],
): Promise<void> {
  const wanted = extensions.flatMap(({ file, fault }) =>
    fault === null ? [] : [alertOf(file, `The file "${file}" of an extension is left out: ${fault}`)]
  );
  const scope = { kinds: ["extension"] as const, model: null };
  const settlement = { scope, wanted, closedWhy: "the files of extensions were read again" };
  await settleAlerts(sql, settlement, { channels: [...channels], nowMs: clock() });
}

/**
 * Returns what hears of each answer of an extension: one that fails or does not answer opens an alert, which closes once it
 * answers.
 */
export function createExtensionWatch({ sql, clock, channels, log }: WatchDeps): (news: OwnNews) => void {
  const failing = new Map<string, Set<string>>(); // a file that nobody asked yet is not in it
  let told: Promise<void> = Promise.resolve(); // in the order of the news
  return ({ file, kind, name, part = "", fault }) => {
    const isFirst = !failing.has(file);
    const parts = failing.get(file) ?? new Set();
    failing.set(file, parts);
    const isMended = fault === null && (parts.delete(part) || isFirst) && parts.size === 0;
    if (fault === null && !isMended) return;
    if (fault !== null) parts.add(part);
    const title = `The ${kind} "${name}" (${file}) fails, and is passed over: ${fault?.slice(0, TEXT_MAX)}`;
    const tell = async () => {
      const nowMs = clock();
      if (fault === null) await closeAlert(sql, keyOf(file), { why: "it answers", nowMs });
      else await openAlert(sql, alertOf(file, title), { channels, nowMs });
    };
    told = told.then(tell).catch((error) => log(messageOf(error), { level: "error" }));
  };
}

const alertOf = (file: string, title: string): WantedAlert => ({
  key: keyOf(file),
  kind: "extension",
  model: null,
  severity: "warning",
  title,
  detail: { file },
});
