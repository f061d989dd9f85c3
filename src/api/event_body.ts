import { Buffer } from "node:buffer";
import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import type { Context } from "hono";
import { InvalidInputError } from "../core/errors.ts";
import { parseExactJson } from "../core/exact_json.ts";
import { isDeeper } from "../core/json_depth.ts";
import { EVENTS_BYTES_MAX } from "./guards.ts";
import { EVENTS_MAX } from "./messages.ts";
import { bodyText } from "./body_text.ts";
import { ApiFault } from "./problem.ts";

const NDJSON = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
]);
const NO_EVENTS = "Send a JSON array of events, one event, or NDJSON with one event per line";

/**
 * The events of a request's body: a JSON array, one JSON object, or NDJSON, as its content type says; gzip if it says so.
 * A line of NDJSON that is not JSON comes out as `undefined`, which is no event, so that the others still count.
 * @param options.depthMax deepest that it may be nested; left out: an event that is deeper goes to quarantine by itself
 * @throws {ApiFault} unreadable, of another type, or too large   @throws {InvalidInputError} none, or too many
 */
export async function readEvents(
  c: Context,
  { depthMax }: { depthMax?: number } = {},
): Promise<unknown[]> {
  const type = (c.req.header("content-type") ?? "application/json").split(";")[0].trim().toLowerCase();
  const isNdjson = NDJSON.has(type);
  if (!isNdjson && !/^application\/([\w.-]+\+)?json$/.test(type)) {
    throw new ApiFault("media-type", `Send events as application/json or application/x-ndjson, not ${type}`);
  }
  const text = await readText(c);
  if (depthMax !== undefined && isDeeper(text, depthMax)) {
    throw new ApiFault("malformed", `The body is nested deeper than ${depthMax} levels`);
  }
  const events = isNdjson ? fromLines(text) : fromJson(text);
  if (events.length === 0) {
    throw new InvalidInputError(`There is no event in the request. ${NO_EVENTS}`, "body");
  }
  if (events.length > EVENTS_MAX) {
    throw new ApiFault("too-large", `Send at most ${EVENTS_MAX} events at once, not ${events.length}`);
  }
  return events;
}

function fromJson(text: string): unknown[] {
  if (text.trim() === "") return [];
  const value = parsed(text);
  if (value === undefined) throw new ApiFault("malformed", `The body is not JSON. ${NO_EVENTS}`);
  return Array.isArray(value) ? value : [value];
}

const fromLines = (text: string) => text.split("\n").filter((line) => line.trim() !== "").map(parsed);

function parsed(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined; // not JSON: the caller decides what that means
  }
}

async function readText(c: Context): Promise<string> {
  const encoding = c.req.header("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding === "identity") return bodyText(await c.req.arrayBuffer());
  if (encoding !== "gzip") {
    throw new ApiFault("media-type", `Send events as they are or as gzip, not as ${encoding}`);
  }
  return await gunzipped(c.req.raw.body);
}

/** Unpacks as it reads, and stops at the limit: a small body must not become a huge one. */
async function gunzipped(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return "";
  const packed = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  const unpacked = packed.pipe(createGunzip());
  packed.on("error", (error) => unpacked.destroy(error));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of unpacked) {
      bytes += chunk.length;
      if (bytes > EVENTS_BYTES_MAX) {
        throw new ApiFault("too-large", "Send less at once: at most 32 MiB of events, unpacked");
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ApiFault) throw error;
    throw new ApiFault("malformed", "The body says that it is gzip, but cannot be unpacked");
  } finally {
    packed.destroy();
  }
  return bodyText(Buffer.concat(chunks));
}
