/** Whence a request came over the network. */
export interface Source {
  /** asked for only where it matters: it costs each request that asks */
  readonly address: string;
  /** how the world names this server, where a proxy stands before it */
  readonly publicUrl?: string;
}

/**
 * Under a name that nobody who sends a request can say. No WeakMap: what it holds leads back to the request, so that each
 * would outlive its answer until the whole memory is collected.
 */
const SOURCE = Symbol("source");

/** Remembers where a request came from. */
export function rememberSource(req: Request & { [SOURCE]?: Source }, source: Source): void {
  req[SOURCE] = source;
}

/** Returns where a request came from; of one that this process made itself, that. */
export const sourceOf = (req: Request & { [SOURCE]?: Source }): Source =>
  req[SOURCE] ?? { address: "this process" };

/** Returns the address of a request. */
export const addressOf = (req: Request): string => sourceOf(req).address;

/**
 * Returns the address that a request was sent from: of one that a trusted proxy passed on, the last in `X-Forwarded-For`
 * that is none of the trusted ones. What stands before it the client may have made up.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const trusted = new Set(["10.0.0.1", "10.0.0.2"]);
 * assert.equal(clientAddress("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", trusted), "1.2.3.4");
 * assert.equal(clientAddress("6.6.6.6", "1.2.3.4", trusted), "6.6.6.6");
 * ```
 */
export function clientAddress(
  remote: string,
  forwardedFor: string | null,
  trusted: ReadonlySet<string>,
): string {
  if (!trusted.has(remote)) return remote;
  const addresses = (forwardedFor ?? "").split(",").map((address) => address.trim());
  return addresses.findLast((address) => address !== "" && !trusted.has(address))?.slice(0, 64) ?? remote;
}
