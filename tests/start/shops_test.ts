/** Two shops on one Postgres, one Temporal and one folder of artefacts, beside a first one that knows of no shops. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { NativeConnection } from "@temporalio/worker";
import { shopEnvironment } from "../../src/cli/shop_environment.ts";
import { readConfig } from "../../src/config/environment.ts";
import { shopPlaces } from "../../src/config/shops.ts";
import { sha256 } from "../../src/core/hash.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { otherShopsOpenTo } from "../../src/db/shops.ts";
import { examine } from "../../src/doctor/examine.ts";
import { openPatient } from "../../src/doctor/open.ts";
import { cacheHome, installationHome } from "../../src/embedded/home.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { type Service, startService } from "../../src/service.ts";
import { runWith } from "../cli/support.ts";
import { asAdministrator, freshDatabase, freshName, sharedInstallation } from "../support/installation.ts";

type Env = Readonly<Record<string, string | undefined>>;

interface Street {
  /** of the machine, before any shop is named */
  env: Env;
  /** names of the two shops */
  a: string;
  b: string;
  /** what a shop's processes are given */
  envOf(shop: string): Promise<Env>;
  perennial(...args: string[]): Promise<string>;
}

const EVENTS = "id,type,user,time,quantity,price\n" +
  Array.from({ length: 40 }, (_, i) => `e${i},purchase,u${i % 4},2011-03-${10 + i % 20}T10:00:00Z,1,5\n`)
    .join("");

Deno.test({
  name: "two shops on the same servers do not meet, and one can go",
  sanitizeOps: false, // the SDK keeps its native runtime for the process
  sanitizeResources: false,
  async fn(t) {
    await using database = await freshDatabase();
    await using owner = await ownerOf(database.url);
    const { temporalAddress } = await sharedInstallation();
    const home = await Deno.makeTempDir({ prefix: "perennial-shops-" });
    const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
    const env = {
      DATABASE_URL: owner.url,
      PERENNIAL_OWNER_DATABASE_URL: owner.url,
      TEMPORAL_ADDRESS: temporalAddress,
      PERENNIAL_HOME: home,
      PERENNIAL_CACHE: cache,
      PERENNIAL_SECRET: "a secret of the first shop",
    };
    const perennial = async (...args: string[]) => {
      const { code, out, err } = await runWith(args, { env });
      assert.equal(code, 0, `${args.join(" ")}: ${err}`);
      return out;
    };
    const envOf = (shop: string) => shopEnvironment({ env, uid: Deno.uid() }, shop, { named: true });
    const street: Street = { env, a: freshName("a"), b: freshName("b"), envOf, perennial };
    const first = connect(database.url, { max: 1 });
    try {
      await perennial("migrate");
      const before = await contentOf(first);
      for (const [name, step] of Object.entries(STEPS)) await t.step(name, () => step(street));
      assert.deepEqual(await contentOf(first), before, "the first shop notices nothing");
    } finally {
      for (const shop of [street.a, street.b]) await runWith(["shops", "remove", shop, "--yes"], { env });
      await first.end({ timeout: 5 });
      await Deno.remove(home, { recursive: true });
    }
  },
});

/** Makes a role that a managed Postgres would give: it owns the first database, and may make others and roles. */
async function ownerOf(url: string): Promise<{ url: string } & AsyncDisposable> {
  const owned = new URL(url);
  const name = freshName("owner").replaceAll("-", "_");
  const password = crypto.randomUUID();
  await asAdministrator(url, async (admin) => {
    await admin.unsafe(`create role ${name} login createdb createrole password '${password}'`);
    await admin.unsafe(`alter database ${owned.pathname.slice(1)} owner to ${name}`);
  });
  owned.username = name;
  owned.password = password;
  const dispose = () =>
    asAdministrator(url, async (admin) => {
      await admin.unsafe(`drop owned by ${name} cascade`);
      await admin.unsafe(`alter database ${owned.pathname.slice(1)} owner to current_user`);
      await admin.unsafe(`drop role ${name}`);
    });
  return { url: owned.href, [Symbol.asyncDispose]: dispose };
}

const STEPS: Readonly<Record<string, (street: Street) => Promise<void>>> = {
  "shops add makes two, and again changes nothing": async ({ a, b, env, perennial, envOf }) => {
    for (const shop of [a, b]) await perennial("shops", "add", shop);
    const made = await envOf(a);
    await perennial("shops", "add", a);
    assert.deepEqual(await envOf(a), made);
    const file = join(made.PERENNIAL_HOME!, "shop.env");
    await Deno.rename(file, `${file}.elsewhere`);
    const { code, err } = await runWith(["shops", "add", a], { env });
    assert.deepEqual([code, /its file shop.env is not on this machine/.test(err)], [1, true], err);
    await Deno.rename(`${file}.elsewhere`, file);
    const listed = JSON.parse(await perennial("shops", "list", "--json"));
    const ours = listed.filter(({ shop }: { shop: string }) => [a, b].includes(shop));
    assert.deepEqual(ours.map(({ port }: { port: number }) => port), [8011, 8012]);
  },

  "the same events of the same shoppers are each shop's own": async ({ a, b, perennial, envOf, env }) => {
    const file = join(env.PERENNIAL_HOME!, "events.csv");
    await Deno.writeTextFile(file, EVENTS);
    for (const shop of [a, b]) await perennial("import", file, "--shop", shop);
    const hashes: string[] = [];
    for (const shop of [a, b]) {
      await inDatabaseOf(await envOf(shop), async (sql) => {
        const [{ events }] = await sql`select count(*)::int as events from events`;
        assert.equal(events, 40, shop);
        hashes.push(...(await sql`select hash from people`).map((row) => String(row.hash)));
      });
    }
    assert.equal(
      new Set(hashes).size,
      8,
      "four shoppers of each, and nobody can tell that they are the same",
    );
  },

  "a shop's role may connect to no other shop's database, and could read none of its tables": async (
    { a, b, env, envOf },
  ) => {
    const [mine, theirs] = [await envOf(a), await envOf(b)];
    const { role, database } = { ...shopPlaces(a), database: shopPlaces(b).database };
    for (const place of [theirs.DATABASE_URL!, env.DATABASE_URL!]) {
      const crossing = new URL(mine.DATABASE_URL!);
      crossing.pathname = new URL(place).pathname;
      await assert.rejects(withSql(crossing.href, (sql) => sql`select 1`), { code: "42501" });
    }
    const { databaseUrl } = await sharedInstallation();
    await asAdministrator(databaseUrl, async (admin) => {
      await admin.unsafe(`grant connect on database ${database} to ${role}`);
      try {
        const crossing = new URL(mine.DATABASE_URL!);
        crossing.pathname = `/${database}`;
        await withSql(crossing.href, async (sql) => {
          const tables = await sql`select oid::regclass::text as name from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')`;
          assert.ok(tables.length > 40, `${tables.length} tables`);
          for (const { name } of tables) {
            for (
              const statement of [
                `select from ${name}`,
                `delete from ${name}`,
                `insert into ${name} default values`,
              ]
            ) {
              await assert.rejects(sql.unsafe(statement), { code: "42501" }, statement);
            }
          }
          await assert.rejects(sql`create table public.mine (id int)`, { code: "42501" });
        });
        await inDatabaseOf(
          mine,
          async (sql) => assert.deepEqual(await otherShopsOpenTo(sql, role), [database]),
        );
        assert.ok((await findingsOf(mine)).includes("shop-not-apart"));
      } finally {
        await admin.unsafe(`revoke connect on database ${database} from ${role}`);
      }
    });
    assert.ok(!(await findingsOf(mine)).includes("shop-not-apart"));
  },

  "a process does not start with the database or the namespace of another shop": async (
    { a, b, env, envOf },
  ) => {
    const [mine, theirs] = [await envOf(a), await envOf(b)];
    const mixed: [RegExp, Env][] = [
      [/belongs to the shop "b-/, {
        ...mine,
        DATABASE_URL: theirs.DATABASE_URL,
        PERENNIAL_OWNER_DATABASE_URL: "",
      }],
      [/belongs to no shop of several/, { ...env, PERENNIAL_SHOP: a }],
      [/without a shop.*belongs to the shop "a-/, { ...mine, PERENNIAL_SHOP: "" }],
      [/namespace .* belongs to the shop "b-/, { ...mine, TEMPORAL_NAMESPACE: theirs.TEMPORAL_NAMESPACE }],
      [/namespace .* belongs to no shop/, { ...mine, TEMPORAL_NAMESPACE: "default" }],
    ];
    for (const [message, given] of mixed) await assert.rejects(start(given, ["worker"]), { message });
  },

  "a key of one is none at the other, and a cycle of one touches nothing of the other": async (
    { a, b, envOf },
  ) => {
    const [mine, theirs] = [await envOf(a), await envOf(b)];
    const before = await stateOf(theirs);
    const service = await start(mine, ["worker", "api"]);
    try {
      const call = (path: string, key: string, body?: unknown) =>
        fetch(`${service.url}${path}`, {
          method: body === undefined ? "GET" : "POST",
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      const [own, foreign] = [mine.PERENNIAL_API_KEY!, theirs.PERENNIAL_API_KEY!];
      const wanted = { model: "churn", why: "a test" };
      for (
        const answer of [
          await call("/retraining/force", foreign, wanted),
          await call("/retraining/status", foreign),
        ]
      ) {
        assert.deepEqual([answer.status, (await answer.json()).title], [401, "Invalid API key"]);
      }
      const forced = await call("/retraining/force", own, wanted);
      assert.equal(forced.status, 202, await forced.text());
      await inDatabaseOf(mine, async (sql) => {
        const hasEnded = async () => (await sql`select 1 from cycles where outcome is not null`).length > 0;
        assert.ok(await waitUntil(hasEnded, { withinMs: 120_000, everyMs: 100 }), "the cycle ends");
      });
      const metrics = await call("/metrics", own);
      const lines = (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      assert.deepEqual(
        lines.filter((line) => !line.includes(`shop="${a}"`)),
        [],
        "every metric says whose it is",
      );
    } finally {
      await service.stop();
    }
    assert.ok(
      (await workflowsOf(mine)).some((id) => id === "retrainer/churn"),
      "ids are those of a single shop",
    );
    assert.deepEqual(await stateOf(theirs), before);
  },

  "a backup of a shop comes back beside the others, with the file that its keys are in": async (
    { a, b, env, envOf, perennial },
  ) => {
    const [mine, theirs] = [await envOf(a), await envOf(b)];
    const folder = join(env.PERENNIAL_HOME!, "backup");
    await perennial("backup", folder, "--shop", a, "--no-secrets");
    const before = { rows: await eventsOf(mine), others: await stateOf(theirs) };
    const file = await Deno.readTextFile(join(mine.PERENNIAL_HOME!, "shop.env"));
    await perennial("shops", "remove", a, "--yes");
    await Deno.mkdir(mine.PERENNIAL_HOME!);
    await Deno.writeTextFile(join(mine.PERENNIAL_HOME!, "shop.env"), file);
    await perennial("shops", "add", a, "--empty");
    await perennial("restore", folder, "--shop", a);
    await perennial("shops", "add", a); // lets its role work with what was restored
    assert.deepEqual({ rows: await eventsOf(mine), others: await stateOf(theirs) }, before);
  },

  "shops remove takes one away and leaves the other as it was, byte by byte": async (
    { a, b, env, envOf, perennial },
  ) => {
    const [mine, theirs] = [await envOf(a), await envOf(b)];
    const before = await stateOf(theirs);
    await perennial("shops", "remove", a, "--yes");
    assert.deepEqual(await stateOf(theirs), before);
    await assert.rejects(envOf(a), { name: "UsageError" });
    await assert.rejects(withSql(mine.DATABASE_URL!, (sql) => sql`select 1`));
    assert.deepEqual(await filesBelow(mine.PERENNIAL_ARTEFACTS!), {});
    const { code, err } = await runWith(["shops", "remove", a, "--yes"], { env });
    assert.deepEqual([code, /shop/.test(err)], [1, true], err);
  },
};

/** Starts parts of a shop, on a port of their own. */
async function start(env: Env, parts: readonly ("worker" | "api")[]): Promise<Service> {
  return await startService({
    config: readConfig({ ...env, PERENNIAL_PORT: String(await freePort()) }),
    env,
    home: installationHome({ env, uid: Deno.uid() }),
    cache: cacheHome({ env, uid: Deno.uid() }),
    parts,
    embedded: false,
    active: false,
    log: () => undefined,
  });
}

async function withSql<T>(url: string, work: (sql: Database) => PromiseLike<T>): Promise<T> {
  const sql = connect(url, { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const inDatabaseOf = (env: Env, work: (sql: Database) => Promise<void>) => withSql(env.DATABASE_URL!, work);

/** What `perennial doctor` finds, with the shop's own role. */
async function findingsOf(env: Env): Promise<string[]> {
  const config = readConfig({ ...env, PERENNIAL_OWNER_DATABASE_URL: "" });
  const home = installationHome({ env, uid: Deno.uid() });
  const place = { name: "default", home, cache: env.PERENNIAL_CACHE!, config, uid: Deno.uid() };
  await using patient = await openPatient({ ...place, apiUrl: "http://127.0.0.1:1", log: () => undefined });
  return (await examine(patient)).findings.map(({ id }) => id);
}

const eventsOf = (env: Env) =>
  withSql(env.DATABASE_URL!, async (sql) => [
    ...await sql`select event_id, user_key, at from events order by event_id`,
    ...await sql`select key, hash from people order by key`,
  ]);

/** Everything of a shop: every row, file and key, and its workflows. */
async function stateOf(env: Env) {
  return {
    rows: await withSql(env.PERENNIAL_OWNER_DATABASE_URL!, contentOf),
    files: await filesBelow(env.PERENNIAL_ARTEFACTS!),
    own: await filesBelow(env.PERENNIAL_HOME!),
    workflows: await workflowsOf(env),
  };
}

/** The rows of every table, as a hash by its name. */
async function contentOf(sql: Database): Promise<Record<string, string>> {
  const tables = await sql`select oid::regclass::text as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`;
  const hashes: Record<string, string> = {};
  for (const { name } of tables) {
    const [{ rows }] = await sql.unsafe(
      `select coalesce(string_agg(t::text, e'\\n' order by t::text), '') as rows from ${name} t`,
    );
    hashes[name] = sha256(rows);
  }
  return hashes;
}

async function filesBelow(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  for (const { name, isDirectory } of entries) {
    const path = join(folder, name);
    if (isDirectory) Object.assign(files, await filesBelow(path));
    else files[path] = sha256(await Deno.readFile(path));
  }
  return files;
}

/** Ids of the workflows in the namespace of a shop; nothing of them is decrypted. */
async function workflowsOf(env: Env): Promise<string[]> {
  const connection = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS! });
  try {
    const namespace = env.TEMPORAL_NAMESPACE!;
    const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace });
    return executions.map(({ execution }) => execution!.workflowId!).sort();
  } finally {
    await connection.close();
  }
}
