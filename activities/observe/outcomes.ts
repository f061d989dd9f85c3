import { DAY_MS } from "../../src/core/time.ts";
import { mix32 } from "../../src/core/random.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { type DuePrediction, duePredictions, saveOutcomes } from "../../src/db/monitoring/outcomes.ts";
import { countMonitored, savePredictions } from "../../src/db/models/predictions.ts";
import { readLabelDays } from "../../src/db/events/user_days.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { buildLabels, featureBlock } from "../../src/app/features/blocks.ts";
import { featuresOf } from "../../src/features/set.ts";
import { takePlaces } from "../../src/features/shards.ts";
import { type UserDay } from "../../src/features/user_day.ts";
import { outcomesOf } from "../../src/models/outcome.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { tellAt } from "../../src/stats/classes.ts";
import { segmentOf } from "../../src/performance/segments.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { readIfIntact } from "../../src/registry/artefacts.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";

/**
 * Stores what a version predicts for its population at the beginning of the day of `asOf`, or for a sample of it where
 * it is larger than `monitor_sample`. Once per version and day: a retry finds its own rows.
 * @returns how many predictions are stored; 0 where the version's file is damaged, or made for other features
 */
export async function scorePopulation(
  deps: ActivityDeps,
  { model: name, version, asOfMs, champion = version }: {
    model: string;
    version: number;
    asOfMs: number;
    /** left out: the version itself serves */
    champion?: number;
  },
): Promise<{ rows: number }> {
  const { sql, store, trainer } = deps;
  const dayMs = Math.floor(asOfMs / DAY_MS) * DAY_MS;
  const stored = await countMonitored(sql, { model: name, version, asOfMs: dayMs });
  if (stored > 0) return { rows: stored };
  const [{ model, config }, { monitor_sample: sample }, { artefactSha256, manifest }] = await Promise.all([
    modelAndConfig(deps, name),
    currentConfig(sql).then((current) => current.config),
    getVersion(sql, name, version),
  ]);
  const artefact = await readIfIntact(store.get(artefactSha256));
  const { hash: featureHash, places: featurePlaces } = featuresOf(model);
  if (!artefact || manifest.featureHash !== featureHash) return { rows: 0 };
  const { horizonDays } = loadScorer(artefact);
  const block = await featureBlock(deps, { ...protocolOf(model, config), horizonDays }, dayMs);
  const isWanted = monitoredPlaces({ sample, rows: block.rows, seed: mix32(config.seed ^ dayMs / DAY_MS) });
  const { users, features: wanted, width } = await takePlaces(store, block.sha256, isWanted);
  const answers = users.length > 0 ? await trainer.score(artefact, wanted, users.length) : [];
  await savePredictions(sql, {
    model: name,
    version,
    fallback: false,
    featureHash,
    horizonDays,
    source: "monitor",
    arm: version === champion ? "champion" : "challenger",
    shown: version === champion,
    asOf: new Date(dayMs).toISOString(),
    predictions: users.map((userKey, row) => ({
      userKey,
      ...tellAt(answers, users.length, row),
      segment: segmentOf((feature) => wanted[row * width + featurePlaces.get(feature)!], model.segments),
    })),
  });
  return { rows: users.length };
}

/** Whether a place of a cut-off is among those that are monitored: by a hash, another every day. */
const monitoredPlaces =
  ({ sample, rows, seed }: { sample: number; rows: number; seed: number }) => (place: number): boolean =>
    mix32(place ^ seed) / 2 ** 32 < sample / rows;

const BATCH = 2000;

/**
 * Gives every prediction of a model its outcome once the horizon has passed, those that the API answered too. Nothing at
 * or after `asOf` is looked at; an outcome that is stored stands, also when older events arrive later.
 */
export async function meetOutcomes(
  deps: ActivityDeps,
  { model: name, asOfMs }: { model: string; asOfMs: number },
): Promise<{ met: number }> {
  const { sql } = deps;
  const { model } = await modelAndConfig(deps, name);
  for (let met = 0;;) {
    const due = await duePredictions(sql, { model: name, asOfMs, limit: BATCH });
    if (due.length === 0) return { met };
    met += await saveOutcomes(sql, { asOfMs, outcomes: await outcomesOfDue(deps, model, due, asOfMs) });
  }
}

const endOf = ({ asOfMs, horizonDays }: DuePrediction) => asOfMs + horizonDays * DAY_MS;

/**
 * Outcomes of a batch, from one reading of its shoppers' days. A day on which a shopper did something both before and
 * after the beginning or the end of a horizon is divided by the database, which has the events.
 */
async function outcomesOfDue(
  { sql }: ActivityDeps,
  model: ModelDefinition,
  due: readonly DuePrediction[],
  asOfMs: number,
): Promise<{ id: number; outcome: number }[]> {
  const fromMs = Math.floor(Math.min(...due.map((d) => d.asOfMs)) / DAY_MS) * DAY_MS;
  const toMs = Math.min(asOfMs, (Math.floor(Math.max(...due.map(endOf)) / DAY_MS) + 1) * DAY_MS);
  const days = new Map<string, readonly UserDay[]>();
  const users = [...new Set(due.map((d) => d.userKey))];
  for await (const labelDays of readLabelDays(sql, { fromMs, toMs, users, events: model.events })) {
    days.set(labelDays.userKey, labelDays.days);
  }
  const whole: { id: number; future: readonly UserDay[] }[] = [];
  const cut = new Map<string, DuePrediction[]>();
  for (const d of due) {
    const of = days.get(d.userKey) ?? [];
    const endMs = endOf(d);
    const isCut = (day: UserDay) => [d.asOfMs, endMs].some((ms) => day.firstMs < ms && day.lastMs >= ms);
    if (of.some(isCut)) {
      const key = `${d.asOfMs} ${endMs}`;
      cut.set(key, [...cut.get(key) ?? [], d]);
    } else {
      whole.push({
        id: d.id,
        future: of.filter((day) => day.firstMs >= d.asOfMs && day.lastMs < endMs),
      });
    }
  }
  const labelled = await outcomesOf(model, whole.map(({ future }) => future));
  const outcomes = whole.map(({ id }, i) => ({ id, outcome: labelled[i] }));
  for (const same of cut.values()) {
    const range = { fromMs: same[0].asOfMs, toMs: endOf(same[0]), users: same.map((d) => d.userKey) };
    const labels = await buildLabels(sql, model, range);
    same.forEach(({ id }, i) => outcomes.push({ id, outcome: labels[i] }));
  }
  return outcomes;
}
