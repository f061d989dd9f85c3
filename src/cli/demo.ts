import { count } from "../format/numbers.ts";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig } from "../config/environment.ts";
import { codeFiles } from "../core/code_folder.ts";
import { canonicalJson, sha256 } from "../core/hash.ts";
import { InvalidInputError, messageOf } from "../core/errors.ts";
import { systemClock } from "../core/clock.ts";
import { currentConfig, saveConfig } from "../db/config/config_versions.ts";
import { eventSpan } from "../db/events/day_counts.ts";
import { knownUsers } from "../db/events/user_days.ts";
import { createPseudonymizer } from "../privacy/pseudonym.ts";
import { listSteps } from "../db/backtests/backtests.ts";
import type { Backtest } from "../backtest/backtest.ts";
import { cacheHome, installationHome } from "../embedded/home.ts";
import { lockOwner } from "../embedded/lock.ts";
import { importFile } from "../app/events/import.ts";
import { configFor, DEMO_PROTOCOL, ReplayProtocol } from "../demo/protocol.ts";
import { learnableModels } from "../demo/learnable.ts";
import { writePredictions } from "../demo/predictions_file.ts";
import { scoresAsJson, summariseReplay } from "../demo/report.ts";
import { type ReplayProgress, runReplay } from "../demo/run.ts";
import { pinMoment } from "../app/as_of.ts";
import { type Service, startService } from "../service.ts";
import { createClient } from "../client/client.ts";
import { ensureMonitor, ensureRetrainer } from "../temporal/control_client.ts";
import type { ImportPlan } from "../events/plan.ts";
import { Tally } from "../events/tally.ts";
import { importText } from "./import_text.ts";
import { keyText } from "./key_text.ts";
import { untilInterrupted } from "./interrupt.ts";
import { type ProgressBar, progressBar } from "./progress.ts";
import { renderReplay } from "./replay_table.ts";
import { tryNext } from "./try_next.ts";
import type { DemoOptions } from "./options.ts";

const BUNDLED = fileURLToPath(new URL("../../data/online_retail_1200.csv.gz", import.meta.url));

/**
 * The main job from nothing: servers, data, the replay through the production workflows, the table; then everything
 * stays up until Ctrl-C. What a former run of the same data and protocol finished is not done again.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const path = options.data ?? BUNDLED;
  const protocol = protocolFor(options);
  const replay = await replayName(path, protocol, options);
  const interrupt = untilInterrupted(Deno.env.toObject());
  const service = await startDemoService(options, replay);
  const failure = service.failed.then((error) => Promise.reject(error));
  try {
    say(keyText(service));
    const job = demoJob(service, { path, protocol, replay, options, signal: interrupt.signal });
    await Promise.race([job, failure, interrupt.asked.then(() => interrupt.signal.throwIfAborted())]);
    if (options.exit) return;
    if (service.url !== null) say(await tryNext({ sql: service.sql, url: service.url }));
    say(`\nEverything stays up: ${service.url}, Temporal at ${service.temporalUi}. Ctrl-C ends it.`);
    await Promise.race([interrupt.asked, failure]);
  } finally {
    say("Stopping ...");
    await service.stop();
    interrupt.end();
  }
}

const say = (line: string) => console.error(line);

/**
 * The bundled data are public: with a secret known to all, every demo gives its shoppers the same pseudonyms.
 * Nothing else is read with it: whatever is sent to a demo later gets pseudonyms by its own secret.
 */
const bundledPseudonym = createPseudonymizer("the bundled data are public");
/** pseudonyms of the bundled shoppers, once they are loaded */
const bundledUsers = new Set<string>();

/** Each event file, protocol and set of own models has an installation of its own; the bundled data's is called "demo". */
async function startDemoService(options: DemoOptions, replay: string): Promise<Service> {
  const env = Deno.env.toObject();
  const hostEnvironment = { env, uid: Deno.uid() };
  const home = installationHome(hostEnvironment, options.data || options.models ? replay : "demo");
  if (options.fresh) await startOver(home);
  const config = readConfig({
    ...env,
    ...options.port ? { PERENNIAL_PORT: String(options.port) } : {},
    ...options.models ? { PERENNIAL_MODELS: options.models } : {},
  });
  const places = { home, cache: cacheHome(hostEnvironment) };
  return await startService({
    config,
    env,
    ...places,
    parts: ["worker", "api"],
    embedded: true,
    active: false,
    ...options.data
      ? {}
      : { publicData: { pseudonym: bundledPseudonym, isKnown: (key: string) => bundledUsers.has(key) } },
    log: say,
  });
}

function protocolFor({ data, protocol }: DemoOptions): ReplayProtocol {
  if (data && (!protocol.first || !protocol.last)) {
    throw new InvalidInputError("Cannot replay your own data without --first DATE and --last DATE", "first");
  }
  const whole = ReplayProtocol.parse({ ...DEMO_PROTOCOL, ...protocol });
  if (whole.first > whole.last) {
    throw new InvalidInputError("Cannot replay: --first is after --last", "first");
  }
  return whole;
}

/** Names a replay by what is in the file, the protocol and the own models, so that the same call resumes and another starts its own. */
async function replayName(
  path: string,
  protocol: ReplayProtocol,
  { plan = {}, models }: Pick<DemoOptions, "plan" | "models">,
): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    throw new InvalidInputError(`Cannot read the event file "${path}": ${messageOf(error)}`, "data");
  }
  const isPlanned = Object.keys(plan).length > 0;
  const own = models === undefined ? "" : await textsIn(models);
  const how = canonicalJson(protocol) + (isPlanned ? canonicalJson(plan) : "") + own;
  return `replay-${sha256(hash.digest("hex") + how).slice(0, 12)}`;
}

async function textsIn(folder: string): Promise<string> {
  const files = await codeFiles(folder, "models");
  return (await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))).join("\0");
}

async function startOver(home: string): Promise<void> {
  const owner = await lockOwner(home);
  if (owner) {
    throw new InvalidInputError(
      `Cannot start over: process ${owner.pid} runs this demo; stop it first`,
      "fresh",
    );
  }
  await rm(home, { recursive: true, force: true });
}

const NOTHING_TO_REPLAY =
  "Cannot replay: no model is left; where cut-offs are too few, an earlier --first, a later " +
  "--last or a smaller --step-days gives more";

interface DemoJob {
  path: string;
  protocol: ReplayProtocol;
  replay: string;
  options: DemoOptions;
  signal: AbortSignal;
}

async function demoJob(
  service: Service,
  { path, protocol, replay, options, signal }: DemoJob,
): Promise<void> {
  const { sql, client, models, taskQueue } = service;
  const { plan, data } = options;
  const users = await loadData(service, path, {
    wanted: options.predictions !== undefined,
    signal,
    isOwn: data !== undefined,
    plan,
  });
  const { lastMs } = (await eventSpan(sql))!;
  await followProtocol(service, protocol);
  await pinMoment(sql, lastMs + 1);
  const learnable = await learnableModels(sql, models, protocol);
  for (const { model, why } of learnable.leftOut) say(`${model} is left out of the replay: ${why}`);
  if (learnable.models.length === 0) throw new InvalidInputError(NOTHING_TO_REPLAY, "data");
  const bar = progressBar("Replay  {bar} {percentage}% | {done}/{total} steps{text}", IN_LOGS);
  const onProgress = ({ done, of, text }: ReplayProgress) => bar.at(done, of, { text: text && ` | ${text}` });
  const run = { sql, client, taskQueue, replay, models: learnable.models, protocol, onProgress, signal };
  const backtest = await ending(bar, runReplay(run));
  await report(service, { backtest, options, users });
  await letRetrainersCheck(service);
}

/** Imports the event file, and learns its user ids where they are wanted again. */
async function loadData(
  service: Service,
  path: string,
  { wanted, signal, isOwn, plan }: {
    wanted: boolean;
    signal: AbortSignal;
    isOwn: boolean;
    plan?: ImportPlan;
  },
): Promise<Map<string, string>> {
  const { sql } = service;
  const pseudonym = isOwn ? service.pseudonym : bundledPseudonym;
  const users = new Map<string, string>();
  const bar = progressBar("Import  {bar} {percentage}% | {lines} lines", IN_LOGS);
  const tally = new Tally();
  const reading = importFile({ sql, clock: systemClock, pseudonym, publicKeys: !isOwn }, path, {
    signal,
    plan,
    tally,
    onUser: wanted ? (user, key) => users.set(key, user) : undefined,
    onProgress: ({ bytesRead, bytesTotal, linesDone }) =>
      bar.at(bytesRead, bytesTotal, { lines: count(linesDone) }),
  });
  const result = await ending(bar, reading);
  signal.throwIfAborted();
  if (!isOwn) { for (const key of await knownUsers(sql)) bundledUsers.add(key); }
  const { accepted, duplicates, quarantined, already } = result;
  const counts = `${count(accepted)} events, ${duplicates} duplicates, ${quarantined} in quarantine`;
  console.error(`${already ? "Data were loaded before" : "Data loaded"}: ${counts}`);
  const report = { summary: tally.summary(), details: tally.details() };
  if (isOwn && !already) console.error(importText(report, (_colour, text) => text));
  if (!already && report.details.purchases === 0) {
    const why = "no event of the file is a purchase, and the models learn from purchases";
    throw new InvalidInputError(`Cannot replay: ${why}; --types or --type says which are`, "data");
  }
  if (!already && report.details.purchasesWithShopper === 0) {
    const why = "no purchase of the file names a shopper, and the models learn from shoppers";
    throw new InvalidInputError(`Cannot replay: ${why}; --map user=COLUMN says which column does`, "data");
  }
  return users;
}

/** Fills a bar where its work ends well, and leaves it where it does not. */
async function ending<T>(bar: ProgressBar, work: Promise<T>): Promise<T> {
  try {
    const result = await work;
    bar.finish();
    return result;
  } finally {
    bar.stop();
  }
}

/** A log gets a line of the bar now and then. */
const IN_LOGS = { noTTYOutput: true, notTTYSchedule: 15_000 };

async function followProtocol({ sql }: Service, protocol: ReplayProtocol): Promise<void> {
  const { version, config } = await currentConfig(sql);
  const wanted = configFor(config, protocol);
  if (canonicalJson(wanted) === canonicalJson(config)) return;
  await saveConfig(sql, {
    config: wanted,
    after: version,
    by: "perennial demo",
    why: "follow the replay's protocol",
  });
}

async function report(
  { sql, models }: Service,
  { backtest, options, users }: { backtest: Backtest; options: DemoOptions; users: Map<string, string> },
): Promise<void> {
  const steps = await listSteps(sql, { backtest: backtest.id });
  const summaries = [...models.values()].flatMap((model) => summariseReplay(backtest, model, steps) ?? []);
  for (const summary of summaries) console.log(await renderReplay(sql, summary));
  if (options.json) {
    const scores = scoresAsJson(backtest.id, steps, summaries);
    await Deno.writeTextFile(options.json, JSON.stringify(scores, null, 2) + "\n");
    console.error(`Scores of every cut-off: ${options.json}`);
  }
  if (options.predictions) {
    const cutoffs = [...new Set(steps.filter(({ rows }) => rows > 0).map(({ asOf }) => asOf))];
    const rows = await writePredictions(sql, options.predictions, {
      cutoffs,
      userOf: (key) => users.get(key),
    });
    console.error(`${count(rows)} served predictions: ${options.predictions}`);
  }
}

/** From now on the retrainers check by themselves, as in a shop. */
async function letRetrainersCheck({ client, models, taskQueue, url, key }: Service): Promise<void> {
  for (const model of models.keys()) await ensureRetrainer(client, { model, taskQueue, active: true });
  await ensureMonitor(client, { taskQueue });
  if (url === null || key.key === null) {
    return say("Automatic checks stay off, as this machine has no API key: perennial start turns them on");
  }
  await createClient({ url, apiKey: key.key }).start({ why: "the replay has ended" });
}
