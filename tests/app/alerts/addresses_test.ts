import assert from "node:assert/strict";
import {
  allowedAddresses,
  isPublicAddress,
  resolveHost,
} from "../../../src/app/alerts/channels/addresses.ts";
import { FinalDeliveryError } from "../../../src/app/alerts/channels/channel.ts";

for (
  const [what, address, want] of [
    ["IPv4", "8.8.8.8", true],
    ["IPv4 just below 10/8", "9.255.255.255", true],
    ["IPv4 just above 172.16/12", "172.32.0.1", true],
    ["IPv6", "2606:4700:4700::1111", true],
    ["mapped public IPv4", "::ffff:8.8.8.8", true],
    ["loopback", "127.0.0.1", false],
    ["another loopback", "127.8.9.10", false],
    ["IPv6 loopback", "::1", false],
    ["unspecified", "0.0.0.0", false],
    ["IPv6 unspecified", "::", false],
    ["private 10/8", "10.1.2.3", false],
    ["private 172.16/12", "172.31.255.255", false],
    ["private 192.168/16", "192.168.1.1", false],
    ["link-local: metadata of clouds", "169.254.169.254", false],
    ["IPv6 link-local", "fe80::1", false],
    ["IPv6 link-local with a zone", "fe80::1%eth0", false],
    ["carrier-grade NAT", "100.64.0.1", false],
    ["unique-local: metadata of AWS", "fd00:ec2::254", false],
    ["site-local", "fec0::1", false],
    ["multicast", "224.0.0.1", false],
    ["IPv6 multicast", "ff02::1", false],
    ["broadcast", "255.255.255.255", false],
    ["reserved", "240.0.0.1", false],
    ["documentation", "192.0.2.1", false],
    ["IPv6 documentation", "2001:db8::1", false],
    ["benchmarking", "198.18.0.1", false],
    ["mapped loopback", "::ffff:127.0.0.1", false],
    ["mapped loopback in hexadecimal", "::ffff:7f00:1", false],
    ["mapped metadata", "::ffff:169.254.169.254", false],
    ["compatible loopback", "::127.0.0.1", false],
    ["6to4 of loopback", "2002:7f00:1::", false],
    ["NAT64 of loopback", "64:ff9b::7f00:1", false],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2", false],
    ["no range that was ever given out", "4000::1", false],
    ["a name", "localhost", false],
    ["nothing", "", false],
  ] as const
) {
  Deno.test(`isPublicAddress() is ${want} for ${what}: ${address}`, () =>
    assert.equal(isPublicAddress(address), want));
}

/** Hosts as a URL gives them: it has made four decimal numbers of every way to write IPv4 by then. */
const hostOf = (url: string) => new URL(url).hostname.replace(/^\[|\]$/g, "");
const noResolver = () => Promise.reject(new Error("an address needs no name server"));

for (
  const [what, url] of [
    ["an address", "http://127.0.0.1/"],
    ["an address with its port", "http://127.0.0.1:8080/"],
    ["decimal", "http://2130706433/"],
    ["octal", "http://0177.0.0.01/"],
    ["hexadecimal", "http://0x7f000001/"],
    ["short", "http://127.1/"],
    ["with a dot behind it", "http://127.0.0.1./"],
    ["full-width digits", "http://１２７.０.０.１/"],
    ["IPv6", "http://[::1]/"],
    ["mapped", "http://[::ffff:127.0.0.1]/"],
    ["mapped in hexadecimal", "http://[::ffff:7f00:1]/"],
    ["metadata", "http://169.254.169.254/latest/meta-data"],
  ] as const
) {
  Deno.test(`allowedAddresses() refuses ${what}: ${url}, unless it is allowed`, async () => {
    const host = hostOf(url);
    await assert.rejects(
      allowedAddresses(host, { allowPrivate: false, resolve: noResolver }),
      (error) => error instanceof FinalDeliveryError && error.message.includes("ALLOW_PRIVATE"),
    );
    assert.equal((await allowedAddresses(host, { allowPrivate: true, resolve: noResolver })).length, 1);
  });
}

for (
  const [what, resolved, allowed] of [
    ["public", ["8.8.8.8", "2606:4700::1"], true],
    ["private", ["10.0.0.1"], false],
    ["public and private", ["8.8.8.8", "127.0.0.1"], false],
    ["public and mapped private", ["8.8.8.8", "::ffff:10.0.0.1"], false],
  ] as const
) {
  Deno.test(`allowedAddresses() ${allowed ? "gives" : "refuses"} a name whose addresses are ${what}`, async () => {
    const asked = allowedAddresses("hook.example", {
      allowPrivate: false,
      resolve: () => Promise.resolve([...resolved]),
    });
    if (allowed) assert.deepEqual(await asked, resolved);
    else await assert.rejects(asked, FinalDeliveryError);
  });
}

Deno.test("allowedAddresses() refuses the name of this machine, asked of its own resolver", async () => {
  await assert.rejects(allowedAddresses("localhost", { allowPrivate: false }), FinalDeliveryError);
  assert.ok((await resolveHost("localhost")).some((address) => ["127.0.0.1", "::1"].includes(address)));
});

Deno.test("allowedAddresses() fails, but not for good, where the name server knows no address", async () => {
  const asked = allowedAddresses("hook.example", { allowPrivate: false, resolve: () => Promise.resolve([]) });
  await assert.rejects(asked, (error) => !(error instanceof FinalDeliveryError));
});
