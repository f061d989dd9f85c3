import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import { ChannelName } from "../alerts/alert.ts";
import type { Channel } from "./alerts/channels/channel.ts";

/** One file of the operator's, and what it adds. */
export const Extension = z.object({
  file: z.string(),
  kind: z.enum(["model", "alert channel"]).nullable().describe("null: it could not be told"),
  name: z.string().nullable(),
  may: z.string().describe("what it is given and what it may do"),
  fault: z.string().nullable().describe("why it is left out; null: it is in use"),
});
export type Extension = z.infer<typeof Extension>;

/** A way to tell people of alerts, as an operator's file defines it. */
export interface OwnChannel extends Channel {
  /** where it sends what, in a few words: people read it in the list of extensions */
  readonly sends: string;
}

/** The operator's channels, and what is to be said of each file. */
export interface OwnChannels {
  channels: OwnChannel[];
  extensions: Extension[];
}

/** Defines a channel: the default export of a file in the operator's folder. @throws {RangeError} it cannot be used */
export function defineChannel(channel: OwnChannel): OwnChannel {
  const fault = faultOf(channel);
  if (fault !== null) throw new RangeError(`Cannot define the channel "${channel.name}": ${fault}`);
  return channel;
}

function faultOf(channel: Partial<OwnChannel> | undefined): string | null {
  if (typeof channel !== "object" || channel === null) {
    return "its default export is none; see defineChannel()";
  }
  if (!ChannelName.safeParse(channel.name).success) {
    return "its name needs lower-case letters, digits, hyphens";
  }
  if (typeof channel.send !== "function") return "it has no function `send`";
  return typeof channel.sends === "string" && channel.sends !== ""
    ? null
    : "`sends` has to say where it sends what";
}

/**
 * Reads the channels in an operator's folder, a file each. One that cannot be used is named and left out.
 * @param taken names that others have   @throws {RangeError} the folder cannot be read
 */
export async function loadOwnChannels(folder: string, taken: Iterable<string>): Promise<OwnChannels> {
  const names = new Set(taken);
  const own: OwnChannels = { channels: [], extensions: [] };
  for (const file of await codeFiles(folder)) {
    try {
      const { default: channel } = await import(pathToFileURL(join(folder, file)).href);
      const fault = faultOf(channel) ?? (names.has(channel.name) ? "another channel has this name" : null);
      if (fault !== null) throw new RangeError(fault);
      names.add(channel.name);
      own.channels.push(channel);
      own.extensions.push({
        file,
        kind: "alert channel",
        name: channel.name,
        may: mayOf(channel),
        fault: null,
      });
    } catch (error) {
      own.extensions.push({ file, kind: null, name: null, may: "nothing", fault: messageOf(error) });
    }
  }
  return own;
}

const mayOf = ({ sends }: OwnChannel): string => `is told each alert, which names no shopper; ${sends}`;

/** Returns what is to be said of an operator's model file. */
export function modelExtension(file: string, { name, fault }: { name?: string; fault?: string }): Extension {
  const may = "labels shoppers by their days; is trained, served and deployed by the gate like the others";
  return { file, kind: "model", name: name ?? null, may: fault ? "nothing" : may, fault: fault ?? null };
}

/** Lists the code in an operator's folder, in order. @throws {RangeError} it cannot be read */
async function codeFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && /\.(ts|js|mjs)$/.test(name) && !/[_.]test\.|\.d\.ts$/.test(name)) files.push(name);
    }
  } catch (error) {
    throw new RangeError(`Cannot read the folder of extensions "${folder}": ${messageOf(error)}`);
  }
  return files.sort();
}
