import { stripVTControlCharacters } from "node:util";
import { parentPort } from "node:worker_threads";
import { messageOf } from "../core/errors.ts";
import { lateImport } from "../core/late_import.ts";
import type { FromOwnThread, OwnCall, OwnError, OwnShape, ToOwnThread } from "./own_messages.ts";

/** The thread that runs a file of the operator's: loads it, says what it holds, and answers one question after the other. */

type Functions = Record<string, (...given: unknown[]) => unknown>;

/** Longer answers are refused: whoever asked would have to hold them. */
const ANSWER_MAX = 1_000_000; // characters

const say = (message: FromOwnThread) => parentPort!.postMessage(message);
let own: Promise<unknown>;

parentPort!.on("message", async (message: ToOwnThread) => {
  if ("start" in message) return await load(message.start.file);
  if (!("ask" in message)) return;
  const { id } = message.ask;
  try {
    say({ kind: "answer", id, json: await answer(message.ask) });
  } catch (error) {
    say({ kind: "failed", id, error: factsOf(error) });
  }
});

async function load(file: string): Promise<void> {
  own = lateImport<{ default: unknown }>(file).then((module) => module.default);
  try {
    say({ kind: "loaded", shape: shapeOf(await own) });
  } catch (error) {
    say({ kind: "failed", id: null, error: factsOf(error) });
  }
}

async function answer({ call, by, args }: OwnCall): Promise<string> {
  const exported = await own;
  const answered = by === undefined
    ? await (exported as Functions)[call](...args)
    : await (await lateImport<Functions>(by))[call](exported, ...args);
  const json = JSON.stringify(answered ?? null, plain);
  if (json.length <= ANSWER_MAX) return json;
  throw new RangeError(`it answers ${json.length} characters, at most ${ANSWER_MAX} are taken`);
}

/**
 * Numbers and text as they can be stored: JSON would make null of a number that is none, and so hide it; Postgres takes
 * neither NUL nor half a character.
 */
function plain(key: string, value: unknown): unknown {
  if (key.includes("\0") || !key.isWellFormed()) throw new RangeError("it answers a name that is no text");
  if (typeof value === "string") return value.toWellFormed().replaceAll("\0", "");
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  const named = key === "" ? "" : ` as "${key}"`;
  throw new RangeError(`it answers ${value}${named}, where a finite number is needed`);
}

/** What the default export holds, inherited functions included; what is neither plain nor a function is left out. */
function shapeOf(exported: unknown): OwnShape {
  const shape: OwnShape = { values: {}, functions: [] };
  if (typeof exported !== "object" || exported === null) return shape;
  const source = exported as Record<string, unknown>;
  for (const name of namesOf(source)) {
    const value = source[name];
    if (typeof value === "function") shape.functions.push(name);
    else if (isPlain(value)) shape.values[name] = JSON.parse(JSON.stringify(value) ?? "null");
  }
  return shape;
}

function namesOf(exported: object): Set<string> {
  const names = new Set<string>();
  for (let at = exported; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor") names.add(name);
  }
  return names;
}

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return typeof value !== "symbol" && typeof value !== "bigint";
  }
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/** The first line of a message, without the colours that Deno gives to some. */
function factsOf(error: unknown): OwnError {
  const [line] = stripVTControlCharacters(messageOf(error)).split("\n");
  return { name: error instanceof Error ? String(error.name) : "Error", message: line.slice(0, 1000) };
}
