import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { FinalDeliveryError } from "./channel.ts";

/** The range of public IPv6 addresses; all else is local, reserved or a tunnel to somewhere else. */
const GLOBAL_V6 = ipaddr.parseCIDR("2000::/3") as [ipaddr.IPv6, number];

/**
 * Whether an address belongs to the open internet: not private, loopback, link-local (where clouds keep their
 * metadata), multicast, unique-local, reserved, nor a way to write such a one in IPv6 (mapped, 6to4, Teredo, NAT64).
 * @param address IPv4 or IPv6 as the resolver gives it; anything else is not public
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address); // a mapped IPv4 address becomes what it stands for
  if (parsed.range() !== "unicast") return false;
  return parsed.kind() === "ipv4" || (parsed as ipaddr.IPv6).match(GLOBAL_V6);
}

/** The addresses of a host name, IPv4 first; of an address, itself. */
export type Resolve = (host: string) => Promise<string[]>;

/** Asks the machine's own resolver. */
export const resolveHost: Resolve = async (host) =>
  (await lookup(host, { all: true, order: "ipv4first" })).map(({ address }) => address);

/**
 * The addresses that may be connected to. The caller must connect to one of these and not to the name: asked again, the
 * name server may give another answer (DNS rebinding).
 * @param host a name or an address, as a URL's hostname gives it, without brackets
 * @throws {FinalDeliveryError} one of them is not of the open internet
 */
export async function allowedAddresses(
  host: string,
  { allowPrivate, resolve = resolveHost }: { allowPrivate: boolean; resolve?: Resolve },
): Promise<string[]> {
  const addresses = ipaddr.isValid(host) ? [host] : await resolve(host);
  if (addresses.length === 0) throw new Error(`"${host}" has no address`);
  const refused = allowPrivate ? undefined : addresses.find((address) => !isPublicAddress(address));
  if (refused === undefined) return addresses;
  throw new FinalDeliveryError(
    `"${host}" is at ${refused}, which is no public address; PERENNIAL_WEBHOOK_ALLOW_PRIVATE=true allows it`,
  );
}
