import { basename, join } from "node:path";
import { z } from "zod";
import { type CodeFile, codeFiles } from "../core/code_folder.ts";
import { messageOf } from "../core/errors.ts";
import type { Rights } from "../core/worker_thread.ts";
import type { ModelDefinition } from "../models/model.ts";
import { OwnCode } from "../threads/own_code.ts";
import type { Channel } from "./alerts/channels/channel.ts";
import { checkOwn, type OwnChannel } from "./define.ts";
import { askedChannel, OWN_KINDS, type OwnKind } from "./own_kinds.ts";

/** One file of the operator's, and what it adds. */
export const Extension = z.object({
  file: z.string(),
  kind: z.string().nullable().describe(
    `model, ${OWN_KINDS.map(({ kind }) => kind).join(", ")}; null: it could not be told`,
  ),
  name: z.string().nullable(),
  may: z.string().describe("what it is given and what it may do"),
  fault: z.string().nullable().describe("why it is left out; null: it is in use"),
});
export type Extension = z.infer<typeof Extension>;

/** The operator's extensions, and what is to be said of each file. */
export interface OwnExtensions {
  channels: Channel[];
  extensions: Extension[];
  /** paths of the files that decide, whose change is another code version */
  deciding: string[];
  /** ends their threads, which begin again when they are asked */
  close(): void;
}

/** What a file of the operator's did when it was asked. */
export interface OwnNews {
  file: string;
  kind: string;
  name: string;
  /** which of its functions; left out: it has one that matters */
  part?: string;
  /** null: it answered */
  fault: string | null;
}

const HEARERS = new Set<(news: OwnNews) => void>();

/** Tells of each answer of an extension, and of each that failed or did not come. @returns what ends it */
export function hearExtensions(hearer: (news: OwnNews) => void): () => void {
  HEARERS.add(hearer);
  return () => void HEARERS.delete(hearer);
}

/** Tells whoever hears of them what a file of the operator's did. */
export const tellOfExtension = (news: OwnNews): void => HEARERS.forEach((hear) => hear(news));

interface Opened {
  file: string;
  path: string;
  code?: OwnCode;
  kind?: OwnKind;
  own?: Own;
  fault?: string;
}

type Own = Record<string, unknown> & { readonly name: string };

/** Several services of one program share what they load. */
const OPENED = new Map<string, Opened>();

const ANSWER_MS = 10_000;

/**
 * Reads the operator's extensions, a file each, and makes them known. Each runs in a thread of its own, which is ended when
 * it does not answer in time. One that cannot be used is named and left out.
 * @param options.taken names that other channels have
 * @param options.withinMs how long an answer may take, but those of channels, which have `channelWithinMs`
 *   @param options.loadWithinMs how long a file may take to load
 * @throws {RangeError} the folder cannot be read
 */
export async function loadExtensions(
  folder: string,
  { taken = [], withinMs = ANSWER_MS, loadWithinMs, channelWithinMs }: {
    taken?: Iterable<string>;
    withinMs?: number;
    loadWithinMs?: number;
    channelWithinMs?: number;
  } = {},
): Promise<OwnExtensions> {
  const names = new Set(taken);
  const paths = (await codeFiles(folder, "extensions")).map((file) => join(folder, file));
  const files: Opened[] = [];
  for (const path of paths) { // one after the other: what else starts needs the processor, too
    files.push(makeKnown(await opening(path, { withinMs, loadWithinMs }), names));
  }
  const used = files.flatMap(({ path, kind, own, code, fault }) =>
    kind && own && code && fault === undefined ? [{ path, kind, own, code }] : []
  );
  return {
    channels: used.flatMap(({ kind, own, code }) =>
      kind.kind === "alert channel" ? [askedChannel(own as unknown as OwnChannel, code, channelWithinMs)] : []
    ),
    extensions: files.map(extensionOf),
    deciding: used.flatMap(({ kind, path }) => kind.kind === "alert channel" ? [] : [path]),
    close: () => used.forEach(({ code }) => code.close()),
  };
}

function extensionOf({ file, kind, own, fault }: Opened): Extension {
  if (!kind || !own) return { file, kind: null, name: null, may: "nothing", fault: fault ?? null };
  return { file, kind: kind.kind, name: own.name, may: kind.may(own as never), fault: null };
}

/**
 * Loads a file with the least rights, and says of which kind it is. One that asks for more while it loads may be a channel,
 * and is loaded again with those of one.
 */
async function opening(path: string, times: { withinMs: number; loadWithinMs?: number }): Promise<Opened> {
  const known = OPENED.get(path);
  if (known) return known;
  try {
    return await openedWith("compute", path, times);
  } catch (error) {
    const wide = isRefused(error) ? await openedWith("speak", path, times).catch(() => null) : null;
    if (wide?.kind?.rights === "speak") return wide;
    wide?.code?.close();
    return { file: basename(path), path, fault: messageOf(error) };
  }
}

const isRefused = (error: unknown) => error instanceof Error && error.name === "NotCapable";

async function openedWith(
  rights: Rights,
  path: string,
  times: { withinMs: number; loadWithinMs?: number },
): Promise<Opened> {
  const opened: Opened = { file: basename(path), path };
  const hears = (fault: string | null, isLate: boolean) => {
    const { file, kind, own } = opened;
    // why a channel could not send stands with each delivery
    if (!kind || !own || (fault !== null && kind.rights === "speak" && !isLate)) return;
    tellOfExtension({ file, kind: kind.kind, name: own.name, fault });
  };
  const code = new OwnCode(path, { rights, hears, ...times });
  try {
    const { values, functions } = await code.shape();
    const calls = functions.map((name) => [name, () => undefined]);
    const own = { ...values, ...Object.fromEntries(calls) } as Own;
    const kind = kindOf(functions);
    checkOwn(own, kind.kind);
    Object.assign(opened, { kind, own, code });
    if (kind.rights === rights) return opened;
  } catch (error) {
    code.close();
    throw error;
  }
  code.close();
  return await openedWith(opened.kind!.rights, path, times);
}

function kindOf(functions: readonly string[]): OwnKind {
  const kind = OWN_KINDS.find((kind) => kind.functions.every((name) => functions.includes(name)));
  if (kind) return kind;
  const need = OWN_KINDS.map(({ kind, functions }) => `${functions.join(" and ")} (${kind})`).join(", ");
  throw new RangeError(`its default export has none of the functions ${need}`);
}

/** Makes it known to what asks it. @param channels names of channels */
function makeKnown(opened: Opened, channels: Set<string>): Opened {
  const { kind, own, code, path } = opened;
  if (!kind || !own || !code) return opened;
  try {
    if (kind.kind === "alert channel" && channels.has(own.name)) {
      throw new RangeError(`another channel has the name "${own.name}"`);
    }
    if (kind.kind === "alert channel") channels.add(own.name);
    if (!OPENED.has(path)) kind.add(own as never, code);
    OPENED.set(path, opened);
    return opened;
  } catch (error) {
    code.close();
    return { file: opened.file, path, fault: messageOf(error) };
  }
}

/** Returns what is to be said of an operator's model file. */
export function modelExtension({ file, value: model, fault }: CodeFile<ModelDefinition>): Extension {
  const may = "labels shoppers by their days; is trained, served and deployed by the gate like the others";
  return {
    file,
    kind: "model",
    name: model?.name ?? null,
    may: model ? may : "nothing",
    fault: fault ?? null,
  };
}
