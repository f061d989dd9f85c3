import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  circles,
  largestKnot,
  LIMITS,
  MAY_IMPORT,
  roomGraph,
  type Rule,
  RULES,
  upwardArrows,
  type Violation,
  violations,
} from "./architecture.ts";
import { readCode } from "./architecture_read.ts";
import settings from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const KNOWN = Object.keys(settings.imports);

/** Every TypeScript file of some folders, by its path from the root. */
async function sources(folders: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(ROOT, path))) {
      const inner = `${path}/${name}`;
      if (isDirectory) await visit(inner);
      else if (/\.tsx?$/.test(name)) found.set(inner, await Deno.readTextFile(join(ROOT, inner)));
    }
  };
  for (const folder of folders) await visit(folder);
  return found;
}

const shown = (list: readonly Violation[]) =>
  list.map(({ file, rule, what }) => `${file}: ${what} (${RULES[rule]})`).join("\n");

Deno.test("the code keeps to the architecture", async () => {
  const files = await sources([
    "src",
    "activities",
    "workflows",
    "routes",
    "components",
    "islands",
    "bench",
    "tests",
  ]);
  assert.ok(files.size > 150);
  const found = [...files].flatMap(([file, source]) => violations(file, source, KNOWN));
  assert.equal(shown(found), "");
});

const OURS = ["src", "activities", "workflows", "routes", "components", "islands"];

/** The imports of every file of ours. */
async function facts() {
  return new Map([...await sources(OURS)].map(([file, source]) => [file, readCode(source, file)]));
}

Deno.test("no files import each other in a circle, types included", async () => {
  assert.deepEqual(circles(await facts()), []);
});

Deno.test("rooms are knotted no tighter than LIMITS says, and no arrow runs outward", async () => {
  const graph = roomGraph(await facts());
  assert.deepEqual(upwardArrows(graph).slice(LIMITS.upward), []);
  const knot = largestKnot(graph);
  assert.ok(knot.length <= LIMITS.knot, `${knot.length} rooms reach each other: ${knot.join(", ")}`);
});

Deno.test("every room has its line in the table of imports", async () => {
  const rooms = OURS.slice(1);
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, "src"))) {
    if (isDirectory || name.endsWith(".ts")) rooms.push(`src/${name}`);
  }
  assert.deepEqual(rooms.filter((room) => !(room in MAY_IMPORT)), []);
});

Deno.test("deno.json takes packages from npm and from this project only", () => {
  for (const [name, target] of Object.entries(settings.imports)) {
    assert.match(
      target,
      /^(npm:(@[\w.-]+\/)?[\w.-]+@\d[\w.+-]*|\.\/[\w./-]+)$/,
      `${name} has no exact version of its own`,
    );
  }
});

for (
  const [rule, file, source] of [
    ["folder", "src/core/a.ts", `import { sha } from "../db/connect.ts";`],
    ["folder", "src/drift/a.ts", `export { connect } from "../db/connect.ts";`],
    ["folder", "src/drift/a.ts", `import type { Sql } from "../db/connect.ts";`],
    ["folder", "src/validation/a.ts", `import { churn } from "../models/churn.ts";`],
    ["folder", "src/features/definition.ts", `import { readUserDays } from "../db/events/user_days.ts";`],
    ["folder", "src/alerts/a.ts", `import type { Sql } from "../db/connect.ts";`],
    ["folder", "src/db/a.ts", `import { moveServing } from "../app/registry/moves.ts";`],
    ["folder", "src/stats/a.ts", `import type { Interval } from "../validation/verdict.ts";`],
    ["folder", "src/api/a.ts", `import { mountDashboard } from "../dashboard/mount.ts";`],
    ["folder", "components/a.tsx", `import { getCycle } from "../src/db/cycles/cycles.ts";`],
    ["folder", "routes/a.tsx", `import { follow } from "../src/dashboard/browser/live.ts";`],
    ["folder", "src/dashboard/a.ts", `import { follow } from "./browser/live.ts";`],
    ["folder", "src/training/a.ts", `import { train } from "../../activities/train.ts";`],
    ["folder", "activities/a.ts", `import { createApp } from "../src/api/app.ts";`],
    ["folder", "workflows/a.ts", `import { createTrainActivities } from "../activities/train.ts";`],
    [
      "folder",
      "workflows/a.ts",
      `import { type TrainInput, createTrainActivities } from "../activities/train.ts";`,
    ],
    ["folder", "workflows/a.ts", `export * from "../activities/train.ts";`],
    ["folder", "workflows/a.ts", `const { train } = await import("../activities/train.ts");`],
    ["folder", "workflows/a.ts", `import "../src/core/clock.ts";`],
    [
      "folder",
      "islands/A.tsx",
      `import { readStatus } from "../src/app/reports/status.ts"; export default () => <p>don't</p>;`,
    ],
    ["folder", "src/unheard/a.ts", `import { sha256 } from "../core/hash.ts";`],
    ["package", "src/api/a.ts", `import postgres from "postgres";`],
    ["package", "src/api/a.ts", `import type postgres from "postgres";`],
    ["package", "src/models/a.ts", `import * as tf from "@tensorflow/tfjs";`],
    ["package", "src/models/a.ts", `const tf = await import("@tensorflow/tfjs");`],
    ["package", "src/monitoring/a.ts", `import { Hono } from "hono";`],
    ["package", "src/monitoring/a.ts", `import { etag } from "hono/etag";`],
    ["package", "src/temporal/a.ts", `import { proxyActivities } from "@temporalio/workflow";`],
    ["package", "activities/a.ts", `import { condition } from "@temporalio/workflow";`],
    ["package", "workflows/a.ts", `import { Context } from "@temporalio/activity";`],
    ["package", "src/app/a.ts", `import { Client } from "@temporalio/client";`],
    ["pure", "src/validation/a.ts", `import { readFile } from "node:fs/promises";`],
    ["pure", "src/rollout/a.ts", `export const text = () => Deno.readTextFileSync("a");`],
    ["pure", "workflows/a.ts", `import { createHash } from "node:crypto";`],
    ["specifier", "src/core/a.ts", `import { delay } from "jsr:@std/async";`],
    ["specifier", "src/core/a.ts", `import { delay } from "https://example.org/delay.ts";`],
    ["specifier", "src/db/a.ts", `import postgres from "npm:postgres@3.4.9";`],
    ["specifier", "src/db/a.ts", `import { connect } from "./connect";`],
    ["specifier", "src/db/a.ts", `import { sha256 } from "@/src/core/hash.ts";`],
    ["specifier", "tests/a_test.ts", `import { assertEquals } from "@std/assert";`],
    ["specifier", "tests/a_test.ts", `type A = import("jsr:@std/async").A;`],
    ["computed", "src/api/a.ts", "const found = await import(`./${name}.ts`);"],
    ["clock", "src/rollout/a.ts", `export const now = () => Date.now();`],
    ["clock", "activities/a.ts", `const at = new Date();`],
    ["clock", "src/db/a.ts", `const at = new Date;`],
    ["clock", "src/api/a.ts", `const clock = Date.now;`],
    ["clock", "src/api/a.ts", `const at = Date["now"]();`],
    ["clock", "src/api/a.ts", `const { now } = Date;`],
    ["clock", "routes/index.tsx", `export default () => <p>{Date.now()}</p>;`],
    ["stopwatch", "src/training/a.ts", `const started = performance.now();`],
    ["chance", "src/training/a.ts", `const weight = Math.random();`],
    ["chance", "workflows/a.ts", `const id = crypto.randomUUID();`],
    ["environment", "src/db/a.ts", `const url = Deno.env.get("DATABASE_URL");`],
    ["environment", "src/db/a.ts", `const { env } = Deno;`],
    [
      "environment",
      "src/db/a.ts",
      `import process from "node:process"; const url = process.env.DATABASE_URL;`,
    ],
    ["environment", "src/db/a.ts", `import { env as e } from "node:process";`],
    ["path", "src/db/a.ts", `const folder = "/home/ann/perennial";`],
    ["path", "src/db/a.ts", "const folder = `/tmp/${name}`;"],
    ["path", "src/db/a.ts", `const folder = "C:\\\\Users";`],
  ] satisfies [Rule, string, string][]
) {
  Deno.test(`violations() catches "${rule}" in ${file}: ${source}`, () =>
    assert.deepEqual(violations(file, source, KNOWN).map((v) => v.rule), [rule]));
}

for (
  const [file, source] of [
    ["src/app/features/blocks.ts", `import { readUserDays } from "../../db/events/user_days.ts";`],
    ["src/validation/a.ts", `import type { ModelDefinition } from "../models/model.ts";`],
    ["src/validation/a.ts", `import { type ModelDefinition } from "../models/model.ts";`],
    [
      "src/db/a.ts",
      `import postgres from "postgres"; export type { A } from "./b.ts"; import facts from "./facts.json";`,
    ],
    ["src/service.ts", `import type { Client } from "@temporalio/client";`],
    ["workflows/a.ts", `import type { Activities } from "../activities/mod.ts"; const due = Date.now() + 1;`],
    ["workflows/a.ts", `type A = typeof import("../activities/mod.ts");`],
    ["src/core/clock.ts", `export const systemClock = () => Date.now();`],
    [
      "src/api/a.ts",
      `const day = new Date(0), then = new Date(clock()), id = crypto.randomUUID(), text = "Date.now()";`,
    ],
    ["src/config/environment.ts", `export const read = () => Deno.env.toObject();`],
    [
      "tests/a_test.ts",
      `import postgres from "postgres"; const at = Date.now(), folder = "/tmp/a", url = Deno.env.get("A");`,
    ],
    [
      "islands/A.tsx",
      `import type { Status } from "../src/retraining/status.ts"; export default () => <p>It's {Date.now()}</p>;`,
    ],
  ] as const
) {
  Deno.test(`violations() lets pass in ${file}: ${source}`, () =>
    assert.equal(shown(violations(file, source, KNOWN)), ""));
}

/** The facts of some files by their code. */
const read = (code: Record<string, string>) =>
  new Map(Object.entries(code).map(([file, source]) => [file, readCode(source, file)]));

for (const kind of ["import", "import type"]) {
  Deno.test(`circles() finds two files tied by \`${kind}\``, () =>
    assert.deepEqual(
      circles(
        read({ "src/a.ts": `import { b } from "./b.ts";`, "src/b.ts": `${kind} { a } from "./a.ts";` }),
      ),
      [["src/a.ts", "src/b.ts"]],
    ));
}

Deno.test("largestKnot() and upwardArrows() see a planted knot", () => {
  const graph = roomGraph(read({
    "src/core/a.ts": `import type { b } from "../drift/b.ts";`,
    "src/drift/b.ts": `import { c } from "../db/c.ts"; import "./d.ts";`,
    "src/db/c.ts": `import { a } from "../core/a.ts";`,
    "src/cli/e.ts": `import { a } from "../core/a.ts";`,
  }));
  assert.deepEqual(largestKnot(graph), ["src/core", "src/db", "src/drift"]);
  assert.deepEqual(upwardArrows(graph), ["src/core -> src/drift", "src/drift -> src/db"]);
});
