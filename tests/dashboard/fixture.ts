/** A shop's replayed year, made up from a seed: what the pages are tested and looked at with. */
import { DAY_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { ImportRow } from "../../src/db/events/imports.ts";
import type { Alert, Delivery } from "../../src/alerts/alert.ts";
import type { Check, Reason, StoredCheck } from "../../src/retraining/check.ts";
import type { ModelVersion, ServingMove } from "../../src/registry/version.ts";
import type { Cycle } from "../../src/retraining/cycle.ts";
import { modelCard } from "../../src/retraining/model_card.ts";
import type { VersionNote } from "../../src/registry/version_note.ts";
import { cycleText } from "../../src/retraining/cycle_text.ts";
import { headlineOf } from "../../src/retraining/headline.ts";
import type { ModelStatus, Status } from "../../src/retraining/status.ts";
import type { Evidence } from "../../src/validation/verdict.ts";
import type { Approval } from "../../src/db/rollouts/approvals.ts";
import { type ConfigVersion, DEFAULT_CONFIG } from "../../src/db/config/config_versions.ts";
import { simulateConfig } from "../../src/retraining/what_if.ts";
import { analysisView, comparison, lineage } from "./analysis_fixture.ts";
import { adminReads, makeAdmin } from "./admin_fixture.ts";
import type { PrivacyRequest } from "../../src/db/people/privacy_requests.ts";
import type { AuditRow } from "../../src/db/access/audit.ts";
import { backtestReads, makeBacktests } from "./backtest_fixture.ts";
import type { BacktestDetail } from "../../src/app/reports/backtest.ts";
import { makeConfigs } from "./config_fixture.ts";
import type { Dashboard } from "../../src/dashboard/dashboard.ts";
import type { ReplayScore } from "../../src/backtest/replay.ts";
import type { RolloutStory } from "../../src/dashboard/reads/rollouts.ts";
import { dataView, EMPTY_DATA, emptyMonitoring, monitoringView, QUARANTINED } from "./monitoring_fixture.ts";
import { anApproval, makeRollout } from "./rollout_fixture.ts";

export const NOW_MS = Date.parse("2026-03-02T14:37:08Z");
const FIRST_MS = Date.parse("2011-02-01T00:00:00Z");
const CUTOFFS = 20;
const iso = (ms: number) => new Date(ms).toISOString();
const sha = (n: number) => (n * 0x9e3779b1 >>> 0).toString(16).padStart(8, "0").repeat(8);

interface Kind {
  model: string;
  loss: string;
  metrics: (quality: number) => Record<string, number>;
  base: number;
}

const KINDS: readonly Kind[] = [
  {
    model: "churn",
    loss: "logLoss",
    base: 0.56,
    metrics: (q) => ({ accuracy: 0.72 + q, auc: 0.76 + q, logLoss: 0.56 - q, brier: 0.19 - q / 2 }),
  },
  {
    model: "spending",
    loss: "cappedMse",
    base: 410_000,
    metrics: (q) => ({
      mse: 1_250_000 * (1 - 4 * q),
      cappedMse: 410_000 * (1 - 4 * q),
      mae: 312 - 900 * q,
      r2: 0.31 + q,
    }),
  },
];

const MOST_MODELS = 20;

/** So many models: the two that come with Perennial, then others like them, with the longest of names. */
const kindsOf = (models: number): Kind[] =>
  Array.from({ length: models }, (_, i) => ({
    ...KINDS[i % 2],
    ...i >= 2 && { model: `model-with-quite-a-long-name-number-${i + 1}` },
  }));

/** The models that a fixture has rows of; without rows, the two that come with Perennial. */
function kindsIn({ versions }: Fixture): readonly Kind[] {
  const named = new Set(versions.map(({ model }) => model));
  return named.size === 0 ? KINDS : kindsOf(MOST_MODELS).filter(({ model }) => named.has(model));
}

/** All rows of one made-up installation. */
export interface Fixture {
  cycles: Cycle[];
  versions: ModelVersion[];
  moves: ServingMove[];
  alerts: Alert[];
  checks: Check[];
  scores: ReplayScore[];
  /** running ones first */
  rollouts: RolloutStory[];
  approvals: Approval[];
  closed: Alert[];
  deliveries: Delivery[];
  audit: AuditRow[];
  privacyRequests: PrivacyRequest[];
  /** newest first */
  configs: ConfigVersion[];
  /** what configurations are tried on */
  tried: { checks: StoredCheck[]; cycles: Cycle[] };
  /** newest first */
  backtests: BacktestDetail[];
}

/** What one model's history is made of. */
type History = Omit<
  Fixture,
  | "alerts"
  | "rollouts"
  | "approvals"
  | "closed"
  | "deliveries"
  | "audit"
  | "privacyRequests"
  | "configs"
  | "tried"
  | "backtests"
>;

function reasonsFor(newSamples: number, ageDays: number): Reason[] {
  return [
    {
      code: "new samples",
      speaks: "for",
      text: `${newSamples.toLocaleString("en-GB")} new data points since the last training, 100 are needed`,
      evidence: { newSamples, needed: 100 },
    },
    {
      code: "labelled rows",
      speaks: "for",
      text: "1,204 labelled rows newer than the champion's training, 100 are needed",
      evidence: { rows: 1204, needed: 100 },
    },
    {
      code: "age",
      speaks: ageDays > 84 ? "for" : "neither",
      text: `the champion's newest label is ${ageDays} days old, 84 count as stale`,
      evidence: { ageDays, staleAfterDays: 84 },
    },
  ];
}

function evidenceOf(
  kind: Kind,
  at: { n: number; change: number; half: number; cutoff: string; first: boolean },
): Evidence {
  const { n, change, half, cutoff, first } = at;
  const [mean, low, high] = [change, change - half, change + half].map((x) => x * kind.base);
  return {
    gate: "evidence",
    loss: kind.loss,
    against: first ? "baseline" : "champion",
    championLoss: kind.base,
    challengerLoss: kind.base + mean,
    difference: { mean, low, high, n, clusters: n, confidence: 0.9 },
    margin: 0.02 * kind.base,
    threshold: 0.05,
    expected: null,
    stale: false,
    staleBecause: null,
    failing: false,
    cutoffs: [cutoff],
    segments: [["new, under 90 days", 0.3, 1.4], ["6 or more baskets", 0.5, 0.7]].map((
      [segment, share, times],
    ) => ({
      segment: String(segment),
      difference: {
        mean,
        low: mean - half * kind.base / Number(share),
        high: mean + half * kind.base / Number(share),
        n: Math.round(n * Number(share)),
        clusters: Math.round(n * Number(share)),
        confidence: 0.9,
      },
      championLoss: kind.base * Number(times),
    })),
    segmentMargin: 0.1,
    championMetrics: kind.metrics(0),
    challengerMetrics: kind.metrics(-change / 4),
  };
}

const curve = (random: () => number) =>
  Array.from({ length: 40 }, (_, e) => ({
    epoch: e + 1,
    loss: 0.54 + 0.1 * Math.exp(-e / 12),
    validationLoss: 0.555 + 0.08 * Math.exp(-e / 9) + 0.0004 * e + 0.002 * (random() - 0.5),
  }));

/** One model's history, cut-off by cut-off. */
function history(kind: Kind, random: () => number): History {
  const made: History = { cycles: [], versions: [], moves: [], checks: [], scores: [] };
  let serving: number | null = null;
  for (let i = 0; i < CUTOFFS; i++) {
    const number = i + 1;
    const asOf = iso(FIRST_MS + i * 14 * DAY_MS);
    const id = `retrainer/${kind.model}/cycle/${number}`;
    const startedMs = NOW_MS - (CUTOFFS - i) * 40_000;
    const first = serving === null;
    const change = first ? -0.2 : -0.012 + 0.05 * (random() - 0.5);
    const half = 0.012 + 0.02 * random();
    const evidence = evidenceOf(kind, {
      n: 700 + 30 * i,
      change,
      half,
      cutoff: iso(FIRST_MS + (i - 2) * 14 * DAY_MS),
      first,
    });
    const verdict = change + half < 0.01 ? "promote" : change - half > 0 ? "reject" : "inconclusive";
    const failed = kind.model === "spending" && i === 9;
    const outcome = failed
      ? "failed"
      : verdict === "promote"
      ? i === 14 ? "rolled back" : "deployed"
      : verdict === "reject"
      ? "rejected"
      : "inconclusive";
    const took = [310, 640, 4100 + 900 * random(), 820, 160, 240, 90];
    const stages = (["check", "snapshot", "train", "validate", "smoke test", "deploy", "report"] as const)
      .map((stage, s) => {
        const from = startedMs + took.slice(0, s).reduce((a, b) => a + b, 0);
        return { stage, startedAt: iso(from), endedAt: iso(from + took[s]) };
      }).slice(0, failed ? 3 : 7);
    const version = made.versions.length + 1;
    const reasons = reasonsFor(1800 + Math.round(900 * random()), 28 + (i % 4) * 14);
    made.cycles.push({
      id,
      model: kind.model,
      number,
      runId: `0199a1b2-0000-7000-8000-${String(number).padStart(12, "0")}`,
      trigger: first ? "first" : i === 12 ? "force" : "replay",
      requestedBy: i === 12 ? "owner" : null,
      asOf,
      stage: "ended",
      progress: null,
      reasons,
      snapshotId: sha(number * 7),
      champion: serving,
      challenger: failed ? null : version,
      verdict: failed ? null : verdict,
      evidence: failed ? null : evidence,
      outcome,
      error: failed ? "The trainer ended three times: out of memory" : null,
      watch: outcome === "rolled back"
        ? {
          decision: "rolled back",
          cutoff: iso(Date.parse(asOf) + 28 * DAY_MS),
          against: serving!,
          difference: {
            ...evidence.difference,
            mean: 0.03 * kind.base,
            low: 0.01 * kind.base,
            high: 0.05 * kind.base,
          },
          text: `On the first outcomes v${version} did worse than v${serving}, so v${serving} serves again`,
        }
        : null,
      stages,
      startedAt: iso(startedMs),
      endedAt: iso(startedMs + took.reduce((a, b) => a + b, 0)),
    } as Cycle);
    made.checks.push({
      id: `0199a1b2-0000-4000-8000-${kind.model === "churn" ? "1" : "2"}${String(number).padStart(11, "0")}`,
      model: kind.model,
      asOf,
      trigger: "replay",
      answer: "retrain",
      reasons,
      cycleId: id,
      observations: [],
      codeVersion: null,
      checkedAt: iso(startedMs),
    });
    if (!failed) {
      const rows = 2400 + 640 * i;
      const cutoffs = [asOf];
      const labelledThrough = asOf;
      made.versions.push({
        model: kind.model,
        version,
        cycleId: id,
        artefactSha256: sha(version * 31 + kind.loss.length),
        state: outcome === "deployed" || outcome === "rolled back" ? "deployed" : "rejected",
        manifest: {
          model: kind.model,
          cycleId: id,
          parent: serving,
          asOf,
          snapshotId: sha(number * 7),
          snapshotHash: sha(number),
          featureHash: sha(5),
          codeVersion: "0.1.0",
          seed: 1,
          candidate: i % 3 ? "deep" : "linear",
          recipe: { name: i % 3 ? "deep" : "linear" },
          curve: [{ candidate: "deep", points: curve(random) }],
          competition: [{ candidate: "linear", loss: 0.561, rows: 800 }, {
            candidate: "deep",
            loss: 0.559,
            rows: 800,
          }],
          tested: { sha256: sha(version), rows: rows - 640, cutoffs, labelledThrough },
          served: { rows, cutoffs, labelledThrough, refitted: true },
          targetCap: kind.model === "spending" ? 9000 : null,
          baseline: 0.6,
          metrics: kind.metrics(-change / 4),
        },
        damagedAt: null,
        artefactRemovedAt: version < 4 ? iso(startedMs) : null,
        createdAt: iso(startedMs),
      });
      const move = {
        model: kind.model,
        by: "cycle",
        why: "validated",
        at: iso(startedMs + 6000),
        share: 1,
        rollout: null,
      };
      if (outcome === "deployed" || outcome === "rolled back") {
        made.moves.push({ ...move, version, previous: serving, kind: "deploy", key: id, asOf });
        if (outcome === "deployed") serving = version;
        else {
          const back = iso(Date.parse(asOf) + 12 * DAY_MS);
          made.moves.push({
            ...move,
            version: serving!,
            previous: version,
            kind: "roll back",
            key: `${id}/watch`,
            asOf: back,
          });
        }
      }
    }
    const drift = 0.0035 * i;
    const season = 0.012 * Math.sin(i / 3);
    const noise = 0.006 * (random() - 0.5);
    const policies = {
      frozen: season - drift,
      always: season + 0.002,
      threshold: season - drift / 2,
      perennial: season + 0.004,
    };
    for (const [policy, q] of Object.entries(policies)) {
      made.scores.push({
        model: kind.model,
        policy,
        cutoff: asOf,
        rows: 640 + 28 * i,
        metrics: kind.metrics(q + noise),
        version: policy === "frozen" ? 1 : serving,
      });
    }
  }
  return made;
}

/** The same rows for the same seed. @param models at most 20 */
export function makeFixture(seed = 7, models = KINDS.length): Fixture {
  const parts = kindsOf(models).map((kind, i) => history(kind, seededRandom(seed + i)));
  const all = <K extends keyof History>(key: K) => parts.flatMap((p) => p[key] as unknown[]) as Fixture[K];
  const running: Cycle = {
    ...all("cycles").find((c) => c.model === "churn" && c.number === CUTOFFS)!,
    id: `retrainer/churn/cycle/${CUTOFFS + 1}`,
    number: CUTOFFS + 1,
    trigger: "interval",
    requestedBy: null,
    stage: "train",
    progress: { fraction: 0.47, text: "deep: epoch 28 of 60" },
    challenger: null,
    verdict: null,
    evidence: null,
    outcome: null,
    watch: null,
    endedAt: null,
    startedAt: iso(NOW_MS - 4200),
    stages: [
      { stage: "check", startedAt: iso(NOW_MS - 4200), endedAt: iso(NOW_MS - 3900) },
      { stage: "snapshot", startedAt: iso(NOW_MS - 3900), endedAt: iso(NOW_MS - 3200) },
      { stage: "train", startedAt: iso(NOW_MS - 3200), endedAt: null },
    ],
  };
  return {
    cycles: [...all("cycles"), running],
    versions: all("versions"),
    moves: all("moves"),
    scores: all("scores"),
    checks: all("checks"),
    rollouts: rolloutsOf(all("moves")),
    approvals: [anApproval(NOW_MS)],
    ...makeConfigs(),
    ...makeAdmin(NOW_MS),
    backtests: makeBacktests(),
    alerts: [{
      id: 1,
      key: "rolled back spending",
      model: "spending",
      title: "spending: v14 was rolled back",
      detail: { version: 14, back: 13, lossRise: 0.031 },
      kind: "rollback",
      severity: "critical",
      seen: 1,
      openedAt: iso(NOW_MS - 4 * 3_600_000),
      lastSeenAt: iso(NOW_MS - 4 * 3_600_000),
      escalatedAt: null,
      acknowledgedAt: null,
      acknowledgedBy: null,
      acknowledgedWhy: null,
      closedAt: null,
      closedWhy: null,
    }],
  };
}

/** One that runs, then one that was taken back and one that was promoted. */
function rolloutsOf(moves: readonly ServingMove[]): RolloutStory[] {
  const champion = moves.findLast((m) => m.model === "churn")!.version;
  return [
    { champion, challenger: champion - 1, beganMs: NOW_MS - 8 * DAY_MS, days: 8, drift: -0.004 },
    { champion, challenger: champion - 2, beganMs: NOW_MS - 30 * DAY_MS, days: 60, drift: 0.06 },
    { champion: champion - 3, challenger: champion, beganMs: NOW_MS - 90 * DAY_MS, days: 60, drift: -0.004 },
  ].map(makeRollout);
}

/** Where the rollout of a model that runs is. */
function rolloutStatus(model: string, { rollouts }: Fixture): ModelStatus["rollout"] {
  const running = rollouts.find(({ rollout }) => rollout.model === model && rollout.state === "running");
  if (!running) return null;
  const { rollout: { id, plan: { strategy }, shares: [{ version, share }], startedAt }, looks } = running;
  return {
    id,
    strategy,
    version,
    share,
    startedAt,
    drill: false,
    text: looks.at(-1)!.decision.text,
    paused: running.rollout.paused,
  };
}

const newest = <T>(rows: readonly T[], at: (row: T) => string) =>
  rows.toSorted((a, b) => at(b).localeCompare(at(a)));

function statusOf(kind: Kind, fixture: Fixture): ModelStatus {
  const own = <T extends { model: string | null }>(rows: T[]) => rows.filter((r) => r.model === kind.model);
  const cycles = newest(own(fixture.cycles), (c) => c.startedAt);
  const running = cycles.find((c) => !c.endedAt);
  const last = cycles.find((c) => c.endedAt);
  const move = own(fixture.moves).at(-1);
  const version = fixture.versions.find((v) => v.model === kind.model && v.version === move?.version);
  const evidence = fixture.cycles.find((c) => c.id === version?.cycleId)?.evidence ?? null;
  const outcomes: Record<string, number> = {};
  for (const c of cycles) outcomes[c.outcome ?? "running"] = (outcomes[c.outcome ?? "running"] ?? 0) + 1;
  const churn = kind.loss === "logLoss";
  return {
    model: kind.model,
    kind: churn ? "classification" : "regression",
    question: churn
      ? "Will this shopper buy nothing within the horizon?"
      : "How much will this shopper spend within the horizon?",
    unit: churn ? "probability" : "currency",
    primaryMetric: churn ? "accuracy" : "mse",
    active: true,
    health: !move
      ? {
        state: "no model yet",
        text: "No version is deployed yet: the first training needs enough labelled rows",
      }
      : { state: "healthy", text: `v${move.version} is serving` },
    samples: { collected: churn ? 2140 : 64, needed: 100, since: move?.asOf ?? null },
    measured: null,
    serving: move && version
      ? {
        version: move.version,
        since: move.at,
        asOf: move.asOf,
        candidate: version.manifest.candidate,
        metrics: version.manifest.metrics,
        validationRows: evidence?.difference.n ?? 0,
        difference: evidence?.difference ?? null,
      }
      : null,
    running: running
      ? { id: running.id, stage: running.stage, progress: running.progress, startedAt: running.startedAt }
      : null,
    lastCycle: last
      ? {
        id: last.id,
        number: last.number,
        outcome: last.outcome,
        asOf: last.asOf,
        endedAt: last.endedAt,
        text: cycleText(last),
      }
      : null,
    lastCheck: newest(own(fixture.checks), (c) => c.checkedAt)[0] ?? null,
    nextCheckAt: iso(NOW_MS + 1_372_000),
    outcomes,
    rollout: rolloutStatus(kind.model, fixture),
    approval: fixture.approvals.find((a) => a.model === kind.model) ?? null,
    openAlerts: own(fixture.alerts).length,
  };
}

/** What the pages read, over the rows of a fixture. */
const IMPORT: ImportRow = {
  id: 1,
  name: "orders_export.csv",
  accepted: 4820,
  duplicates: 12,
  conflicts: 1,
  refused: 3,
  updatedAt: "2011-09-01T10:00:00.000Z",
  finishedAt: "2011-09-01T10:00:00.000Z",
  undoneAt: null,
};

export function fixtureDashboard(fixture: Fixture, changes: Partial<Dashboard> = {}): Dashboard {
  const { cycles, versions, moves, alerts, checks, scores, rollouts, approvals, configs, tried } = fixture;
  const kinds = kindsIn(fixture);
  const models = kinds.map((kind) => statusOf(kind, fixture));
  const facts = { models, data: null, quarantine: null, replay: null, installation: null };
  const status = (): Status => ({
    asOf: iso(FIRST_MS + CUTOFFS * 14 * DAY_MS),
    clock: "pinned",
    temporalUi: "http://localhost:8233",
    openAlerts: alerts.length,
    headline: headlineOf(facts),
    ...facts,
  });
  return {
    now: () => iso(NOW_MS),
    status: () => Promise.resolve(status()),
    cycles: ({ model, outcome, trigger, from = "", to = "9", text = "", sort, order, limit, offset }) => {
      const found = newest(cycles, (c) => c.startedAt).filter((c) =>
        (!model || c.model === model) && (!outcome || c.outcome === outcome) &&
        (!trigger || c.trigger === trigger) && c.asOf.slice(0, 10) >= from && c.asOf.slice(0, 10) <= to &&
        JSON.stringify(c).toLowerCase().includes(text.toLowerCase())
      );
      if (sort === "model") found.sort((a, b) => a.model.localeCompare(b.model)); // the database sorts by all others
      return Promise.resolve(
        (order === "asc" && sort === "started" ? found.toReversed() : found).slice(offset, offset + limit),
      );
    },
    cycle: (id) => Promise.resolve(cycles.find((c) => c.id === id) ?? null),
    version: (model, n) =>
      Promise.resolve(versions.find((v) => v.model === model && v.version === n) ?? null),
    versions: (model, { text = "" } = {}) =>
      Promise.resolve(
        versions.filter((v) => v.model === model && (text === "" || haystack(v).includes(text))).toReversed(),
      ),
    notes: (model) =>
      Promise.resolve(cycles.length === 0 ? [] : NOTES.filter((note) => note.model === model)),
    modelCard: (model, n) => {
      const version = versions.find((v) => v.model === model && v.version === n);
      return Promise.resolve(version ? cardOf(version, fixture) : null);
    },
    moves: (model) => Promise.resolve(moves.filter((m) => m.model === model).toReversed()),
    knownGood: (model) =>
      Promise.resolve(moves.findLast((m) => m.model === model && m.kind === "deploy")?.previous ?? null),
    outOfUse: () =>
      Promise.resolve(fixture.cycles.length === 0 ? { retired: [], withoutFile: [] } : OUT_OF_USE),
    rollouts: () => Promise.resolve(rollouts.map((story) => story.rollout)),
    rollout: (id) => Promise.resolve(rollouts.find((story) => story.rollout.id === id) ?? null),
    approvals: () => Promise.resolve(approvals),
    alerts: () => Promise.resolve(alerts),
    revisions: () => Promise.resolve({ looks: "1", data: "1", backtests: "1" }),
    firstSteps: () =>
      Promise.resolve({
        nowMs: NOW_MS,
        events: 0,
        haveDays: 0,
        needDays: 160,
        possibleFrom: null,
        sentDaysAgo: null,
        obstacle: null,
      }),
    pageOfChecks: ({ model, answer, limit }) => {
      const of = checks.filter((c) => (!model || c.model === model) && (!answer || c.answer === answer));
      return Promise.resolve({ checks: newest(of, (c) => c.checkedAt).slice(0, limit), next: null });
    },
    check: (id) => Promise.resolve(checks.find((check) => check.id === id) ?? null),
    replayScores: () => Promise.resolve(scores),
    imports: () => Promise.resolve(fixture.cycles.length === 0 ? [] : [IMPORT]),
    import: (id) => Promise.resolve(id === IMPORT.id ? IMPORT : null),
    ...adminReads(fixture),
    ...backtestReads(fixture.backtests),
    configuration: () =>
      Promise.resolve({
        current: configs[0] ?? DEFAULT_CONFIG,
        defaults: DEFAULT_CONFIG,
        versions: configs,
        models: kinds.map((k) => k.model),
        own: {
          strategies: [{ name: "own:half-week", means: "half of all shoppers for three days" }],
          policies: [{ name: "own:seasons", means: "before each season" }],
        },
      }),
    simulateConfig: (wanted) =>
      Promise.resolve(simulateConfig({
        current: configs[0]?.config ?? DEFAULT_CONFIG.config,
        wanted,
        truncated: false,
        fromMs: FIRST_MS,
        toMs: FIRST_MS + CUTOFFS * 14 * DAY_MS,
        margins: new Map(kinds.map((k) => [k.model, 0.02])),
        checks: tried.checks,
        cycles: tried.cycles,
      })),
    monitoring: ({ model, asOfMs }) => {
      const models = kinds.map((k) => k.model);
      const own = moves.filter((m) => m.model === model);
      const seen = () => monitoringView({ model, models, moves: own, firstMs: FIRST_MS });
      return Promise.resolve(
        cycles.length === 0
          ? emptyMonitoring(model, models)
          : asOfMs !== undefined && asOfMs < FIRST_MS
          ? { ...emptyMonitoring(model, models)!, looks: seen()!.looks, at: iso(asOfMs) }
          : monitoringView({ model, models, moves: own, asOfMs, firstMs: FIRST_MS }),
      );
    },
    analysis: ({ model }) =>
      Promise.resolve(kinds.some((k) => k.model === model) ? analysisView(fixture, model) : null),
    lineage: (model) => Promise.resolve(lineage(fixture, model)),
    comparison: (query) => Promise.resolve(comparison(fixture, query)),
    data: () =>
      Promise.resolve(cycles.length === 0 ? { ...EMPTY_DATA, asOf: iso(NOW_MS) } : dataView(NOW_MS)),
    quarantined: () => Promise.resolve(cycles.length === 0 ? [] : [QUARANTINED]),
    workflowUrl: (id, run) =>
      `http://localhost:8233/namespaces/default/workflows/${encodeURIComponent(id)}/${run}/history`,
    ...changes,
  };
}

const NOTES: VersionNote[] = [{
  model: "churn",
  version: 18,
  note: "Trained after the relaunch of the shop: compare with v17 before it is rolled back",
  tags: ["relaunch", "season"],
  by: "ann",
  at: iso(NOW_MS - DAY_MS),
}];

/** What a version is found by. */
const haystack = ({ model, version, manifest }: ModelVersion): string => {
  const note = NOTES.find((note) => note.model === model && note.version === version);
  return [manifest.candidate, note?.note, ...note?.tags ?? []].join(" ");
};

const cardOf = (version: ModelVersion, { cycles, moves }: Fixture) =>
  modelCard({
    version,
    question: "Will this shopper buy nothing within the horizon?",
    network: "an exact logistic regression",
    loss: version.model === "churn" ? "logLoss" : "cappedMse",
    horizonDays: 28,
    activeDays: 90,
    cycle: cycles.find(({ id }) => id === version.cycleId) ?? null,
    moves: moves.filter(({ model }) => model === version.model).toReversed(),
    measured: null,
    note: NOTES.find((note) => note.model === version.model && note.version === version.version) ?? null,
    importance: { recency: 0.2, orders: 0.04 },
  });

/** A model that was retired, and one whose file is gone. */
const OUT_OF_USE = {
  retired: [{ model: "returns", at: "2011-08-30T10:00:00.000Z", by: "ann", why: "nobody used it" }],
  withoutFile: ["order-count"],
};

/** An installation in which nothing happened yet. */
export const EMPTY: Fixture = {
  cycles: [],
  versions: [],
  moves: [],
  alerts: [],
  checks: [],
  scores: [],
  rollouts: [],
  approvals: [],
  configs: [],
  tried: { checks: [], cycles: [] },
  closed: [],
  deliveries: [],
  audit: [],
  privacyRequests: [],
  backtests: [],
};
