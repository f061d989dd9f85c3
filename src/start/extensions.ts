import { type Channels, createChannels } from "../app/alerts/channels/mod.ts";
import { loadExtensions, type OwnExtensions } from "../app/extensions.ts";
import { leftOut } from "./models.ts";
import type { ServiceOptions } from "./options.ts";

/**
 * Reads the extensions of the operator's folder, and opens the channels that the environment configures, those that the
 * program which embeds the service gives, and those of that folder. A file that cannot be used is named in the log and
 * left out.
 * @throws {RangeError} the folder cannot be read, or two channels of the program have the same name
 */
export async function openExtensions(
  { config, log, ownChannels = [] }: ServiceOptions,
): Promise<Omit<OwnExtensions, "channels"> & { channels: Channels }> {
  const given = createChannels(config, log, ownChannels);
  const folder = config.PERENNIAL_EXTENSIONS;
  if (folder === undefined) return { channels: given, extensions: [], deciding: [], distances: [] };
  const own = await loadExtensions(folder, given.keys());
  for (const { file, fault } of own.extensions) if (fault !== null) log(leftOut("extension", file, fault));
  return { ...own, channels: createChannels(config, log, [...ownChannels, ...own.channels]) };
}
