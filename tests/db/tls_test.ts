/** TLS to Postgres: the test's own server is given a certificate while it runs. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type Database } from "../../src/db/connect.ts";
import { readDatabaseTls } from "../../src/db/tls.ts";
import { type MadeCertificate, makeAuthority } from "../support/certificates.ts";
import { asAdministrator, freshDatabase, sharedInstallation } from "../support/installation.ts";

/** Lets the server offer TLS: it stays off for who does not ask. The files are written by the server, as its own. */
async function offerTls(sql: Database, { cert, key }: MadeCertificate): Promise<void> {
  const name = `tls-${crypto.randomUUID()}`;
  for (const [file, text] of [[`${name}.crt`, cert], [`${name}.key`, key]]) {
    const packed = Buffer.from(text).toString("base64");
    await sql.unsafe(
      `copy (select 1) to program 'umask 077; cat >/dev/null; echo ${packed} | base64 -d > ${file}'`,
    );
  }
  await sql.unsafe(`alter system set ssl_cert_file = '${name}.crt'`);
  await sql.unsafe(`alter system set ssl_key_file = '${name}.key'`);
  await sql.unsafe("alter system set ssl = on");
  await sql`select pg_reload_conf()`;
}

const encrypted = async (address: string): Promise<boolean> => {
  const sql = connect(address, { max: 1 });
  try {
    const [{ ssl }] = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    return ssl;
  } finally {
    await sql.end({ timeout: 5 });
  }
};

Deno.test("connect() takes a server whose certificate it can verify, by name too, and no other", async () => {
  await using database = await freshDatabase();
  const folder = await Deno.makeTempDir();
  const [authority, other] = [await makeAuthority(), await makeAuthority()];
  const [ours, theirs] = [join(folder, "ours.pem"), join(folder, "theirs.pem")];
  await writeFile(ours, authority.cert);
  await writeFile(theirs, other.cert);
  const { databaseUrl } = await sharedInstallation();
  const own = await authority.issue("postgres", ["localhost"]); // not for 127.0.0.1
  await asAdministrator(databaseUrl, (sql) => offerTls(sql, own));
  const address = (query: string, host = "localhost") => {
    const url = new URL(database.url);
    url.hostname = host;
    return `${url.href}${query}`;
  };
  const verified = address(`?sslmode=verify-full&sslrootcert=${ours}`);
  await untilOffered(verified);
  assert.equal(await encrypted(verified), true);
  assert.equal(await encrypted(address(`?sslmode=require&sslrootcert=${ours}`)), true);
  assert.equal(await encrypted(address("?sslmode=require")), true, "anybody's certificate");
  assert.equal(await encrypted(address("")), false);
  await assert.rejects(encrypted(address(`?sslmode=verify-full&sslrootcert=${theirs}`)), "another authority");
  await assert.rejects(
    encrypted(address(`?sslmode=verify-full&sslrootcert=${ours}`, "127.0.0.1")),
    "another name",
  );
  await assert.rejects(
    encrypted(address("?sslmode=verify-full")),
    "an authority that this machine does not know",
  );
});

/** A reload takes the server a moment. */
async function untilOffered(address: string): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await encrypted(address).catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}

for (
  const [given, url, tls] of [
    ["postgres://a@h/d", "postgres://a@h/d", undefined],
    ["postgres://a@h/d?sslmode=require", "postgres://a@h/d?sslmode=require", undefined],
    ["postgres://a@h/d?sslmode=verify-full&sslrootcert=system", "postgres://a@h/d", true],
    ["postgres://a@h/d?sslmode=verify-ca&application_name=x", "postgres://a@h/d?application_name=x", true],
  ] as const
) {
  Deno.test(`readDatabaseTls() of ${given}`, () => {
    const read = readDatabaseTls(given);
    assert.deepEqual([read.url, read.tls?.rejectUnauthorized], [url, tls]);
  });
}

Deno.test("readDatabaseTls() says which file cannot be read", () => {
  assert.throws(
    () => readDatabaseTls("postgres://a@h/d?sslmode=verify-full&sslrootcert=/nowhere/ca.pem"),
    /Cannot read sslrootcert of the database's address/,
  );
});
