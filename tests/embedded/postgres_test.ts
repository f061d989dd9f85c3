import assert from "node:assert/strict";
import { join } from "node:path";
import { freePort, PortTakenError } from "../../src/embedded/ports.ts";
import { startPostgres } from "../../src/embedded/postgres.ts";
import {
  DamagedDataError,
  DataVersionError,
  markRestoring,
  postgresFiles,
} from "../../src/embedded/postgres_data.ts";
import { hostEnvironment, withFolder, withSql } from "./support.ts";

const log = () => undefined;

Deno.test("startPostgres() is durable, private to this machine, and asks for the password", () =>
  withFolder(async (folder) => {
    // Deeper than a socket's path may be, and with a space in it.
    const home = join(folder, "a home", "x".repeat(100));
    await Deno.mkdir(home, { recursive: true });
    const { cache, uid } = hostEnvironment();
    const server = await startPostgres({ home, cache, uid, port: await freePort(), log });
    try {
      const settings = await withSql(
        server.url,
        (sql) =>
          sql`select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'listen_addresses',
              'server_encoding', 'data_checksums', 'unix_socket_directories', 'max_connections') order by name`,
      );
      assert.deepEqual(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
        data_checksums: "on",
        fsync: "on",
        listen_addresses: "127.0.0.1",
        max_connections: "200",
        server_encoding: "UTF8",
        synchronous_commit: "on",
        unix_socket_directories: "",
      });
      const wrong = Object.assign(new URL(server.url), { password: "guess" }).href;
      await assert.rejects(withSql(wrong, (sql) => sql`select 1`), /password authentication failed/);
      assert.equal((await Deno.stat(join(home, "postgres.password"))).mode! & 0o777, 0o600);
      assert.equal((await Deno.stat(join(home, "postgres"))).mode! & 0o777, 0o700);
    } finally {
      await server.stop();
    }
  }));

Deno.test("startPostgres() starts over from a half-finished creation and a pid file of somebody else", () =>
  withFolder(async (home) => {
    const { cache, uid } = hostEnvironment();
    const draft = join(home, "postgres", "data.new");
    await Deno.mkdir(draft, { recursive: true });
    await Deno.writeTextFile(join(draft, "PG_VERSION"), "18\n");
    const start = async () => await startPostgres({ home, cache, uid, port: await freePort(), log });
    const first = await start();
    const pidFile = join(home, "postgres", "data", "postmaster.pid");
    const written = await Deno.readTextFile(pidFile);
    await first.stop();
    await Deno.writeTextFile(pidFile, written.replace(String(first.pid), String(Deno.pid)));
    const second = await start();
    assert.equal(second.adopted, false);
    await second.stop();
    assert.deepEqual(await second.exited, { code: 0 });
  }));

Deno.test("startPostgres() says why it cannot: a taken port, another version's data, a lost password", () =>
  withFolder(async (home) => {
    const { cache, uid } = hostEnvironment();
    const port = await freePort();
    const server = await startPostgres({ home, cache, uid, port, log });
    await server.stop();
    {
      using _taken = Deno.listen({ hostname: "127.0.0.1", port });
      await assert.rejects(startPostgres({ home, cache, uid, port, log }), PortTakenError);
    }
    await Deno.rename(join(home, "postgres.password"), join(home, "kept"));
    await assert.rejects(startPostgres({ home, cache, uid, port, log }), /password file .* is gone/);
    await Deno.writeTextFile(join(home, "postgres", "data", "PG_VERSION"), "17\n");
    await assert.rejects(startPostgres({ home, cache, uid, port, log }), DataVersionError);
  }));

Deno.test("startPostgres() moves aside what a killed first start left in the place of the data", () =>
  withFolder(async (home) => {
    const { cache, uid } = hostEnvironment();
    const { data, folder } = postgresFiles(home);
    for (const path of [join(data, "pg_wal"), `${data}.new`, `${data}.new-of-another`]) {
      await Deno.mkdir(path, { recursive: true });
    }
    const said: string[] = [];
    const options = { home, cache, uid, port: await freePort(), log: (line: string) => said.push(line) };
    await (await startPostgres(options)).stop();
    assert.match(said[0], /held no database.*it is ".*incomplete-/);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/(incomplete)-.*/, "$1"));
    assert.deepEqual(names.sort(), ["data", "data.incomplete", "postgres.log"]);
  }));

Deno.test("startPostgres() opens no data that are not whole, and says what to do", () =>
  withFolder(async (home) => {
    const { cache, uid } = hostEnvironment();
    const files = postgresFiles(home);
    const start = () => startPostgres({ home, cache, uid, log });
    await Deno.mkdir(join(files.data, "global"), { recursive: true });
    await Deno.writeTextFile(join(files.data, "global", "pg_control"), "of a database");
    await assert.rejects(start(), {
      name: DamagedDataError.name,
      message: /not its file PG_VERSION; restore/,
    });
    await markRestoring(files);
    await assert.rejects(start(), {
      name: DamagedDataError.name,
      message: /restore into it was cut off; run it again/,
    });
  }));
