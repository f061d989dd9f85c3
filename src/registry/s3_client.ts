import { Buffer } from "node:buffer";
import { AwsV4Signer } from "aws4fetch";
import { sleep } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";

/** A bucket, and who may use it. */
export interface S3Access {
  bucket: string;
  /** of every key: empty, or with a slash at its end */
  prefix: string;
  /** URL of a server that speaks S3; left out: AWS */
  endpoint?: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** how the server encrypts what it keeps; left out: as the bucket says */
  encryption?: "AES256" | "aws:kms";
}

export interface S3Request {
  method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** without the prefix; empty: the bucket */
  key: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  /** how often it is tried; left out: `TRIES` */
  tries?: number;
  /** how long nothing may move; left out: `STALLED_MS` */
  withinMs?: number;
}

export interface S3Answer {
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/** The server refuses a request: its word for it, as `NoSuchKey` or `AccessDenied`, and no part of any secret. */
export class S3RefusedError extends Error {
  override name = "S3RefusedError";
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message === "" ? `${code} (${status})` : `${code} (${status}): ${message}`);
  }
}

/** The server does not answer, or not to the end. */
export class S3UnreachableError extends Error {
  override name = "S3UnreachableError";
}

export type S3Send = (request: S3Request) => Promise<S3Answer>;

const TRIES = 4;
const FIRST_WAIT_MS = 200;
const STALLED_MS = 10_000;
/** A link slower than this is given up, bytes a millisecond. */
const SLOWEST = 100;
/** What a server answers when the same request may work later; 409: another one wrote the same key at this moment. */
const LATER: readonly number[] = [408, 409, 429, 500, 502, 503, 504];

/**
 * Returns what sends signed requests to a bucket and reads the answers whole. What may work later is tried again, a few
 * times and further and further apart.
 * @throws (by the result) {S3RefusedError} with any status but 2xx   @throws {S3UnreachableError} nothing helped
 */
export function s3Sender(access: S3Access): S3Send {
  return async (request) => {
    const tries = request.tries ?? TRIES;
    for (let tried = 1;; tried++) {
      try {
        return await sendOnce(access, request);
      } catch (error) {
        if (tried >= tries || !mayWorkLater(error)) throw error;
        await sleep(waitMs(tried));
      }
    }
  };
}

const mayWorkLater = (error: unknown): boolean =>
  error instanceof S3UnreachableError || (error instanceof S3RefusedError && LATER.includes(error.status));

/** Between half and the whole of a time that doubles: many who were turned away do not come back together. */
function waitMs(tried: number): number {
  const [chance] = crypto.getRandomValues(new Uint8Array(1));
  return FIRST_WAIT_MS * 2 ** (tried - 1) * (0.5 + chance / 510);
}

async function sendOnce(access: S3Access, request: S3Request): Promise<S3Answer> {
  const answer = await exchange(await signed(access, request), request);
  if (answer.status < 200 || answer.status >= 300) throw refusal(answer);
  return answer;
}

/** Sends one request and reads the answer; a connection on which nothing moves for a while is given up. */
async function exchange(
  { url, headers }: { url: URL; headers: Headers },
  { method, body, withinMs = STALLED_MS }: S3Request,
): Promise<S3Answer> {
  const ending = new AbortController();
  const late = () => ending.abort(new Error(`nothing came for ${withinMs / 1000} s`));
  let timer = setTimeout(late, withinMs + (body?.length ?? 0) / SLOWEST);
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: body as BodyInit | undefined,
      redirect: "manual", // a signature holds for one place
      signal: ending.signal,
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(late, withinMs);
    }
    const bytes = new Uint8Array(Buffer.concat(chunks));
    needWhole(method, response.headers, bytes);
    return { status: response.status, headers: response.headers, body: bytes };
  } catch (error) {
    if (error instanceof S3UnreachableError) throw error;
    throw new S3UnreachableError(`${url.origin} does not answer: ${messageOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** An answer that ended early says nothing about what is stored. */
function needWhole(method: S3Request["method"], headers: Headers, bytes: Uint8Array): void {
  const length = headers.get("content-length");
  if (method === "HEAD" || length === null || Number(length) === bytes.length) return;
  throw new S3UnreachableError(`the answer ended after ${bytes.length} of ${length} bytes`);
}

function refusal({ status, headers, body }: S3Answer): S3RefusedError {
  const text = new TextDecoder().decode(body.subarray(0, 10_000));
  const code = xmlText(text, "Code") ?? headers.get("x-amz-error-code") ?? `status ${status}`;
  return new S3RefusedError(status, code, xmlText(text, "Message") ?? "");
}

async function signed(access: S3Access, request: S3Request): Promise<{ url: URL; headers: Headers }> {
  const { region, accessKeyId, secretAccessKey, sessionToken } = access;
  const hash = sha256(request.body ?? new Uint8Array());
  const headers = { ...request.headers, "x-amz-content-sha256": hash };
  const signer = new AwsV4Signer({
    url: urlOf(access, request),
    method: request.method,
    headers,
    service: "s3",
    region,
    accessKeyId,
    secretAccessKey,
    sessionToken,
  });
  const { url, headers: signedHeaders } = await signer.sign();
  return { url, headers: signedHeaders };
}

/** AWS names the bucket in the host, other servers in the path. */
function urlOf(
  { bucket, prefix, endpoint, region }: S3Access,
  { key, query = {} }: S3Request,
): string {
  const path = key === "" ? "" : `${prefix}${key}`;
  const url = new URL(
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com/${path}`
      : `${endpoint.replace(/\/$/, "")}/${bucket}${path === "" ? "" : `/${path}`}`,
  );
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

/** Returns the text of the first element of a name; null: there is none. Answers of S3 hold no attributes that matter. */
export function xmlText(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? null;
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity]) ?? null;
}

/** Returns every element of a name, inner text alone. */
export const xmlElements = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, "g"))].map(([, inner]) => inner);
