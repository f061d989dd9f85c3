import { type Channels, createChannels } from "../app/alerts/channels/mod.ts";
import { type Extension, loadOwnChannels } from "../app/extensions.ts";
import { leftOut } from "./models.ts";
import type { ServiceOptions } from "./options.ts";

/**
 * Opens the channels that the environment configures, those that the program which embeds the service gives, and those of
 * the operator's folder. A file that cannot be used is named in the log and left out.
 * @throws {RangeError} the folder cannot be read, or two channels of the program have the same name
 */
export async function openChannels(
  { config, log, ownChannels = [] }: ServiceOptions,
): Promise<{ channels: Channels; extensions: Extension[] }> {
  const given = createChannels(config, log, ownChannels);
  const folder = config.PERENNIAL_EXTENSIONS;
  if (folder === undefined) return { channels: given, extensions: [] };
  const { channels, extensions } = await loadOwnChannels(folder, given.keys());
  for (const { file, fault } of extensions) if (fault !== null) log(leftOut("extension", file, fault));
  return { channels: createChannels(config, log, [...ownChannels, ...channels]), extensions };
}
