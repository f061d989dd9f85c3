/** A Temporal that asks for a certificate: the real one, behind TLS that the test puts before it. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { readConfig } from "../../src/config/environment.ts";
import { connectTemporal } from "../../src/temporal/connect.ts";
import { type MadeCertificate, makeAuthority } from "../support/certificates.ts";
import { sharedInstallation } from "../support/installation.ts";

/** Ends TLS before a server, for clients with a certificate of the authority. */
async function withTlsBefore(
  address: string,
  { own, ca }: { own: MadeCertificate; ca: string },
  test: (address: string) => Promise<void>,
): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const options = { ...own, ca, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ["h2"] };
  const server = createServer(options, (client) => {
    const onward = connect({ host: hostname, port: Number(port) });
    onward.on("error", () => client.destroy());
    client.on("error", () => onward.destroy());
    client.pipe(onward).pipe(client);
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await test(`localhost:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

Deno.test({
  name:
    "connectTemporal() shows the certificate that the environment names, and takes no server of another authority",
  sanitizeResources: false, // the native client ends its connections in its own time
  sanitizeOps: false,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const [authority, other] = [await makeAuthority(), await makeAuthority()];
    const [own, client, stranger] = [
      await authority.issue("temporal"),
      await authority.issue("perennial"),
      await other.issue("stranger"),
    ];
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const environment = async (ca: string, { cert, key }: MadeCertificate) => ({
      TEMPORAL_TLS_CA: await file("ca.pem", ca),
      TEMPORAL_TLS_CERT: await file("cert.pem", cert),
      TEMPORAL_TLS_KEY: await file("key.pem", key),
    });
    const { temporalAddress } = await sharedInstallation();
    await withTlsBefore(temporalAddress, { own, ca: authority.cert }, async (address) => {
      const connection = await connectTemporal(
        address,
        readConfig(await environment(authority.cert, client)),
      );
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      assert.match(serverVersion ?? "", /^\d/);
      await connection.close();
      const refused = /Cannot reach Temporal at localhost/;
      await assert.rejects(
        connectTemporal(address, readConfig(await environment(authority.cert, stranger))),
        refused,
        "a client of another authority",
      );
      await assert.rejects(
        connectTemporal(address, readConfig(await environment(other.cert, client))),
        refused,
        "a server of another authority",
      );
      await assert.rejects(connectTemporal(address, readConfig({})), refused, "no TLS at all");
    });
  },
});
