import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UploadFiles } from "../../../src/app/events/upload_files.ts";
import { createUploads, forgetOldUploads, type Uploads } from "../../../src/app/events/uploads.ts";
import type { Database } from "../../../src/db/connect.ts";
import { pseudonym, withEvents } from "../../db/events_support.ts";

const clock = () => Date.UTC(2024, 4, 1);
const FILE = {
  name: "../sales.csv",
  bytes: new TextEncoder().encode("user_id,type,timestamp,amount\nu1,purchase,2024-03-04,10\n"),
  by: "ann",
};

/** Runs `work` over a home that several processes share. */
function withHome(work: (home: string, sql: Database) => Promise<void>): Promise<void> {
  return withEvents(async (sql) => {
    const home = await mkdtemp(join(tmpdir(), "perennial-uploads-"));
    try {
      await work(home, sql);
    } finally {
      await rm(home, { recursive: true });
    }
  });
}

const processOver = (home: string, sql: Database, nowMs = clock()): Uploads =>
  createUploads({ sql, clock: () => nowMs, pseudonym, folders: { home } });

async function ended(uploads: Uploads, id: string) {
  for (;;) {
    const { state } = await uploads.find(id, "ann");
    if (state.kind !== "running") return state;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("an upload is found, tried and imported by another process over the same folder", () =>
  withHome(async (home, sql) => {
    const [first, second] = [processOver(home, sql), processOver(home, sql)];
    const id = await first.keep(FILE);
    assert.deepEqual((await second.find(id, "ann")).state, { kind: "waiting" });
    assert.equal((await second.find(id, "ann")).name, "sales.csv");
    await assert.rejects(second.find(id, "bob"), { name: "NotFoundError" });
    await assert.rejects(second.find("../../etc", "ann"), { name: "NotFoundError" });
    assert.equal((await second.preview(id, "ann", {})).summary.accepted, 1);
    await second.start(id, "ann", {});
    const state = await ended(first, id);
    assert.equal(state.kind === "done" && state.added, 1);
    const left = () => readdir(join(home, "uploads", id, "file"));
    while ((await left()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20)); // only what came of it stays
    assert.equal((await sql`select 1 from audit where action = 'import'`).length, 1);
  }));

Deno.test("an upload whose process ended while it was imported is offered again, and goes on", () =>
  withHome(async (home, sql) => {
    const uploads = processOver(home, sql);
    const id = await uploads.keep(FILE);
    const files = new UploadFiles(join(home, "uploads"));
    const upload = (await files.get(id))!;
    const state = { kind: "running", bytesRead: 1, bytesTotal: 2, lines: 1 } as const;
    await files.save({ ...upload, state, beatMs: Date.now() });
    assert.equal((await uploads.find(id, "ann")).state.kind, "running");
    await files.save({ ...upload, state, beatMs: Date.now() - 10 * 60_000 });
    assert.equal((await uploads.find(id, "ann")).state.kind, "waiting");
    await uploads.start(id, "ann", {});
    assert.equal((await ended(uploads, id)).kind, "done");
  }));

Deno.test("an upload is kept in its own folder, whatever its file is called", () =>
  withHome(async (home, sql) => {
    const uploads = processOver(home, sql);
    for (const name of ["..", ".", "", "/", "../..", "a/..", "\u202e\ud83d", "%2e%2e", "é".repeat(300)]) {
      const id = await uploads.keep({ ...FILE, name });
      assert.equal((await readdir(join(home, "uploads", id, "file"))).length, 1, JSON.stringify(name));
      assert.equal((await uploads.preview(id, "ann", {})).summary.accepted, 1, JSON.stringify(name));
    }
  }));

Deno.test("uploads are let go after an hour where nobody uploads another, those that broke off as well", () =>
  withHome(async (home, sql) => {
    await processOver(home, sql).keep(FILE);
    const [uploads, broken] = [join(home, "uploads"), crypto.randomUUID()];
    await mkdir(join(uploads, broken, "file"), { recursive: true });
    await writeFile(join(uploads, broken, "file", "half.csv"), "user_id\nmarie");
    await utimes(join(uploads, broken), new Date(clock()), new Date(clock()));
    await forgetOldUploads(home, clock() + 59 * 60_000);
    assert.equal((await readdir(uploads)).length, 2);
    await forgetOldUploads(home, clock() + 61 * 60_000);
    assert.deepEqual(await readdir(uploads), []);
  }));

Deno.test("uploads are let go after an hour, and the oldest where too many wait", () =>
  withHome(async (home, sql) => {
    const early = await processOver(home, sql).keep(FILE);
    const later = processOver(home, sql, clock() + 61 * 60_000);
    const ids: string[] = [];
    for (let i = 0; i < 21; i++) ids.push(await later.keep(FILE));
    await assert.rejects(later.find(early, "ann"), { name: "NotFoundError" });
    assert.equal((await readdir(join(home, "uploads"))).length, 20);
    assert.equal((await later.find(ids.at(-1)!, "ann")).state.kind, "waiting");
  }));
