import { type Channels, createChannels } from "../app/alerts/channels/mod.ts";
import { createExtensionWatch, tellOfLeftOut } from "../app/alerts/extension_watch.ts";
import { type Extension, hearExtensions, loadExtensions, type OwnExtensions } from "../app/extensions.ts";
import { systemClock } from "../core/clock.ts";
import { SECOND_MS } from "../core/time.ts";
import type { ChannelName } from "../alerts/alert.ts";
import type { Database } from "../db/connect.ts";
import { leftOut } from "./models.ts";
import type { ServiceOptions } from "./options.ts";

/**
 * Reads the extensions of the operator's folder, and opens the channels that the environment configures, those that the
 * program which embeds the service gives, and those of that folder. A file that cannot be used is named in the log and
 * left out.
 * @throws {RangeError} the folder cannot be read, or two channels of the program have the same name
 */
export async function openExtensions(
  { config, log, ownChannels = [] }: Pick<ServiceOptions, "config" | "log" | "ownChannels">,
): Promise<Omit<OwnExtensions, "channels"> & { channels: Channels }> {
  const given = createChannels(config, log, ownChannels);
  const folder = config.PERENNIAL_EXTENSIONS;
  if (folder === undefined) return { channels: given, extensions: [], deciding: [], close: () => undefined };
  const withinMs = config.PERENNIAL_EXTENSION_SECONDS * SECOND_MS;
  const own = await loadExtensions(folder, { taken: given.keys(), withinMs });
  for (const { file, fault } of own.extensions) if (fault !== null) log(leftOut("extension", file, fault));
  return { ...own, channels: createChannels(config, log, [...ownChannels, ...own.channels]) };
}

/** Opens alerts about the operator's files that are left out, that fail or do not answer. @returns what ends that */
export async function watchExtensions(
  { config, sql, log }: Pick<ServiceOptions, "config" | "log"> & { sql: Database },
  channels: readonly ChannelName[],
  extensions: readonly Extension[],
): Promise<() => void> {
  const { PERENNIAL_EXTENSIONS, PERENNIAL_MODELS } = config;
  if (PERENNIAL_EXTENSIONS === undefined && PERENNIAL_MODELS === undefined) return () => undefined;
  const deps = { sql, clock: systemClock, channels, log };
  await tellOfLeftOut(deps, extensions);
  return hearExtensions(createExtensionWatch(deps));
}
