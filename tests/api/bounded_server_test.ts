/** The server that bounds headers and idle time, and speaks TLS, by raw sockets. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { OpenAPIHono } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import type { Api, AppEnv } from "../../src/api/deps.ts";
import { CannotListenError, serveApi, serveBounded } from "../../src/api/serve.ts";
import { openTlsFiles } from "../../src/api/tls_files.ts";
import { addressOf } from "../../src/api/remote_address.ts";
import { withDeadline } from "../../src/core/deadline.ts";
import { makeAuthority } from "../support/certificates.ts";

const timeouts = { headersMs: 300, idleMs: 300 };

/** An app that tells what it was asked. */
function echo(): Api {
  const app: Api = new OpenAPIHono<AppEnv>();
  app.get("/stream", (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ data: "first" });
      await new Promise<void>((done) => c.req.raw.signal.addEventListener("abort", () => done()));
    }));
  app.all("*", async (c) => {
    c.header("Set-Cookie", "a=1", { append: true });
    c.header("Set-Cookie", "b=2", { append: true });
    return c.json({ url: c.req.url, address: addressOf(c.req.raw), body: await c.req.text() });
  });
  return app;
}

/** Everything that a connection says until the server ends it. */
async function saidBy(connection: Deno.Conn, sent: string): Promise<string> {
  if (sent) await connection.write(new TextEncoder().encode(sent));
  const heard: string[] = [];
  const buffer = new Uint8Array(4096);
  const listen = async () => {
    try {
      for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
        heard.push(new TextDecoder().decode(buffer.subarray(0, n)));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.UnexpectedEof || error instanceof Deno.errors.ConnectionReset)) {
        throw error;
      }
    }
    return heard.join("");
  };
  try {
    return await withDeadline(listen(), 20_000, () => new Error(`still open; heard ${heard.join("")}`));
  } finally {
    connection.close();
  }
}

for (
  const [what, sent, heard] of [
    ["that says nothing", "", /^HTTP\/1.1 408|^$/],
    ["whose headers never end", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", /^HTTP\/1.1 408/],
    [
      "that lies idle after an answer",
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      /^HTTP\/1.1 200[^]*"url"/,
    ],
  ] as const
) {
  Deno.test(`serveBounded() cuts a connection ${what}`, async () => {
    const server = await serveBounded(echo(), { host: "127.0.0.1", port: 0, timeouts });
    try {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      assert.match(await saidBy(connection, sent), heard);
    } finally {
      await server.stop();
    }
  });
}

Deno.test("serveBounded() hands over method, address, body and cookies as serveApi() does, and refuses what is no URL", async () => {
  const listening = { host: "127.0.0.1", port: 0, trustedProxies: ["127.0.0.1"] };
  const servers = [serveApi(echo(), listening), await serveBounded(echo(), listening)];
  try {
    const answers = await Promise.all(servers.map(async ({ url }) => {
      const headers = { "X-Forwarded-For": "6.6.6.6, 1.2.3.4" };
      const response = await fetch(`${url}/a%20b?c=d`, { method: "PUT", body: "x".repeat(200_000), headers });
      const { url: asked, ...said } = await response.json();
      return { ...said, path: new URL(asked).pathname, cookies: response.headers.getSetCookie() };
    }));
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual([answers[1].address, answers[1].body.length, answers[1].cookies.length], [
      "1.2.3.4",
      200_000,
      2,
    ]);
    const { port } = servers[1];
    const odd = await Deno.connect({ hostname: "127.0.0.1", port });
    assert.match(await saidBy(odd, "GET / HTTP/1.1\r\nHost: [\r\n\r\n"), /^HTTP\/1.1 400/);
    await assert.rejects(serveBounded(echo(), { host: "127.0.0.1", port }), (error) => {
      assert.ok(error instanceof CannotListenError);
      assert.match(error.message, /is taken by another program/);
      return true;
    });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
});

Deno.test("serveBounded() ends streams when it stops", async () => {
  const server = await serveBounded(echo(), { host: "127.0.0.1", port: 0 });
  const response = await fetch(`${server.url}/stream`, { headers: { accept: "text/event-stream" } });
  const reader = response.body!.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /data: first/);
  await server.stop();
  const rest = reader.read().then(({ done }) => done, () => true);
  assert.equal(await rest, true);
});

Deno.test("serveBounded() speaks TLS, takes a renewed certificate without a restart, and keeps the one before where the new one cannot be used", async () => {
  const folder = await Deno.makeTempDir();
  const [certPath, keyPath] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const [before, after] = [await makeAuthority(), await makeAuthority()];
  const write = async ({ cert, key }: { cert: string; key: string }) => {
    await writeFile(certPath, cert);
    await writeFile(keyPath, key);
  };
  await write(await before.issue("first"));
  const logged: string[] = [];
  const tls = openTlsFiles({ certPath, keyPath, log: (line) => logged.push(line) });
  const server = await serveBounded(echo(), { host: "127.0.0.1", port: 0, timeouts, tls });
  const ask = ({ cert: ca }: { cert: string }) =>
    new Promise<string>((done, fail) => {
      const options = { host: "localhost", port: server.port, ca, agent: false };
      get(options, async (response) => {
        const { url } = JSON.parse(await text(response));
        done(new URL(url).protocol);
      }).on("error", fail);
    });
  try {
    assert.match(server.url, /^https:/);
    assert.equal(await ask(before), "https:");
    await assert.rejects(ask(after), "a foreign authority's");
    const silent = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    assert.equal(await saidBy(silent, ""), "", "who never greets is cut");
    await writeFile(certPath, "no certificate");
    assert.equal(tls.reload(), false);
    assert.equal(await ask(before), "https:");
    await write(await after.issue("second"));
    tls.reload(); // or the watch was faster
    assert.equal(await ask(after), "https:");
    await assert.rejects(ask(before), "of the authority before");
    assert.ok(
      logged.some((line) => /stays as it was/.test(line)) &&
        logged.some((line) => /new certificate/.test(line)),
    );
  } finally {
    await server.stop();
  }
});

Deno.test("openTlsFiles() sees by itself that a file was replaced", async () => {
  const folder = await Deno.makeTempDir();
  const [certPath, keyPath] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const authority = await makeAuthority();
  const write = async ({ cert, key }: { cert: string; key: string }) => {
    await writeFile(certPath, cert);
    await writeFile(keyPath, key);
    return cert;
  };
  await write(await authority.issue("first"));
  const tls = openTlsFiles({ certPath, keyPath, log: () => undefined });
  const changed = Promise.withResolvers<string>();
  const end = tls.watch(({ cert }) => changed.resolve(cert));
  try {
    const second = await write(await authority.issue("second"));
    assert.equal(await withDeadline(changed.promise, 20_000, () => new Error("nobody noticed")), second);
  } finally {
    end();
  }
  await writeFile(keyPath, (await authority.issue("third")).key);
  assert.throws(
    () => openTlsFiles({ certPath, keyPath, log: () => undefined }),
    /is not that of the certificate/,
  );
});
