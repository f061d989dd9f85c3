/** The card of a version: what it is for, what it learned from, how well it does, and what it cannot tell. */
import { count, counted, figure, interval, metricFigure, percent, signed } from "../format/numbers.ts";
import type { Document, DocumentSection } from "../format/document.ts";
import { moment } from "../format/times.ts";
import { capital, listed, metricName, metricsInOrder } from "../format/words.ts";
import { wilson } from "../stats/wilson.ts";
import type { Measured } from "../performance/report.ts";
import type { Manifest, ModelVersion, ServingMove } from "../registry/version.ts";
import type { VersionNote } from "../registry/version_note.ts";
import type { Cycle } from "./cycle.ts";

/** What a card is made of. */
export interface CardFacts {
  version: ModelVersion;
  question: string;
  /** its candidates in words */
  network: string;
  loss: string;
  horizonDays: number;
  activeDays: number;
  /** null: a person's request or a drill made it */
  cycle: Pick<Cycle, "id" | "number" | "trigger" | "outcome" | "verdict" | "champion" | "evidence"> | null;
  /** of the version everyone gets, newest first */
  moves: readonly ServingMove[];
  /** the newest that outcomes said of it; null: nothing yet */
  measured: { asOf: string; confidence: number; metrics: readonly Measured[] } | null;
  note: VersionNote | null;
  /** relative rise of the loss when a feature is shuffled; null: it was not asked for */
  importance: Readonly<Record<string, number>> | null;
}

/** Makes the card of a version. */
export function modelCard(facts: CardFacts): Document {
  const { model, version } = facts.version;
  return {
    title: `${model} v${version}`,
    sections: [purpose(facts), data(facts), metrics(facts), segments(facts), lineage(facts), limits(facts)],
  };
}

function purpose(
  { version: { manifest, state }, question, network, horizonDays, activeDays, note }: CardFacts,
): DocumentSection {
  return {
    title: "Purpose",
    lines: [
      `${question} Predicted in ${manifest.unit ?? "a unit that was not stated"}.`,
      `Looks ${counted(horizonDays, "day")} ahead, about shoppers active in the ${
        counted(activeDays, "day")
      } before.`,
      `Algorithm: ${manifest.candidate}, of ${network}. State in the registry: ${state}.`,
      ...note?.note ? [`Note by ${note.by}: ${note.note}`] : [],
      ...note && note.tags.length > 0 ? [`Tags: ${note.tags.join(", ")}`] : [],
    ],
  };
}

const distributedText = ({ shards, rounds, why }: NonNullable<Manifest["distributed"]>): string =>
  shards === 1
    ? `One worker trained it: ${why}.`
    : `Trained in ${counted(rounds, "round")} over ${counted(shards, "shard")} of the rows.`;

function data({ version: { manifest }, importance }: CardFacts): DocumentSection {
  const { served, tested, distributed, snapshotId, snapshotHash, featureHash, baseline, targetCap } =
    manifest;
  const top = Object.entries(importance ?? {}).sort(([, a], [, b]) => b - a).slice(0, 8);
  return {
    title: "Data",
    lines: [
      `Trained as of ${moment(manifest.asOf, "day")} on ${counted(served.rows, "row")} of ${
        counted(served.cutoffs.length, "cut-off")
      }${
        served.sampled ? `, of which ${count(served.sampled)} were taken, whole shoppers by a hash` : ""
      }; the newest outcome in them ended ${moment(served.labelledThrough, "day")}.`,
      served.refitted
        ? `Validated as trained on ${counted(tested.rows, "row")}, then refitted on all rows.`
        : "Serves as it was validated.",
      ...distributed ? [distributedText(distributed)] : [],
      `Mean of the target in training: ${figure(baseline)}${
        targetCap === null ? "" : `; it was capped at ${figure(targetCap)}`
      }.`,
      `Snapshot ${snapshotId} (hash ${snapshotHash}), feature set ${featureHash}.`,
      ...top.length > 0
        ? [
          `Feature importance: ${
            listed(top.map(([name, rise]) => `${name} (loss ${percent(rise, { sign: true })} when shuffled)`))
          }.`,
        ]
        : [],
    ],
  };
}

function metrics({ version: { manifest }, cycle, measured, loss }: CardFacts): DocumentSection {
  const evidence = cycle?.evidence ?? null;
  const clusters = evidence?.difference.clusters ?? 0;
  const rows = metricsInOrder(manifest.metrics).map(([metric, value]) => {
    const now = measured?.metrics.find((m) => m.metric === metric);
    const accuracy = metric === "accuracy" && value !== null && clusters > 0
      ? ` (${interval(wilson(value, clusters, evidence!.difference.confidence))})`
      : "";
    return [
      capital(metricName(metric)),
      `${metricFigure(value)}${accuracy}`,
      now ? `${figure(now.value)} (${interval(now)}) on ${counted(now.rows, "outcome")}` : "not measured yet",
    ];
  });
  return {
    title: "Metrics",
    lines: [
      evidence
        ? `At validation: on ${counted(evidence.difference.n, "row")} of ${
          counted(clusters, "shopper")
        } that neither version had seen. ${
          capital(metricName(loss))
        } minus that of the ${evidence.against}: ${signed(evidence.difference.mean)}, ${
          percent(evidence.difference.confidence)
        } interval ${interval(evidence.difference)}; lower is better.`
        : "It was not compared with another version.",
      measured
        ? `Since it serves: outcomes known by ${moment(measured.asOf, "day")}, with ${
          percent(measured.confidence)
        } intervals.`
        : "No outcome of its predictions is known yet.",
    ],
    ...rows.length > 0 ? { table: { columns: ["Metric", "At validation", "Measured since"], rows } } : {},
  };
}

function segments({ cycle, loss }: CardFacts): DocumentSection {
  const evidence = cycle?.evidence ?? null;
  if (!evidence || evidence.segments.length === 0) {
    return { title: "Segments", lines: ["Kinds of shoppers were not compared."] };
  }
  return {
    title: "Segments",
    lines: [
      `Difference of the ${metricName(loss)} within kinds of shoppers, with ${
        percent(evidence.difference.confidence)
      } intervals; below zero is better.`,
    ],
    table: {
      columns: ["Kind of shopper", "Difference", "Interval", "Rows"],
      rows: evidence.segments.map(({ segment, difference }) => [
        segment,
        signed(difference.mean),
        interval(difference),
        count(difference.n),
      ]),
    },
  };
}

function lineage({ version: { version, manifest, artefactSha256, createdAt }, cycle, moves }: CardFacts) {
  const served = moves.filter((move) => move.version === version || move.previous === version);
  return {
    title: "Lineage",
    lines: [
      manifest.parent === null
        ? "The first version of its model."
        : `Trained to replace v${manifest.parent}.`,
      cycle
        ? `Made by cycle ${cycle.number} (${cycle.trigger}), which ended ${
          cycle.outcome ?? "not yet"
        }; verdict: ${cycle.verdict ?? "none"}.`
        : "Made by no cycle.",
      `Artefact sha256 ${artefactSha256}, made ${
        moment(createdAt, "moment")
      } UTC by code ${manifest.codeVersion}, seed ${manifest.seed}.`,
      ...served.toReversed().map(({ kind, version: to, at, by, why }) =>
        `${moment(at, "moment")} UTC: ${kind}, v${to} serves from then on, by ${by}${why ? `: ${why}` : ""}`
      ),
    ],
  };
}

function limits(facts: CardFacts): DocumentSection {
  const { version: { manifest, damagedAt, artefactRemovedAt }, cycle, measured, activeDays } = facts;
  const evidence = cycle?.evidence ?? null;
  const wide = evidence?.segments.filter(({ difference: { low, high } }) => low < 0 && high > 0) ?? [];
  return {
    title: "Limits",
    lines: [
      `It says nothing of shoppers without an event in the ${counted(activeDays, "day")} before it is asked.`,
      `It has seen no outcome after ${
        moment(manifest.served.labelledThrough, "day")
      }: what changed since is new to it.`,
      "An interval covers chance in the rows that were compared, not a shop that changes after them.",
      ...evidence
        ? []
        : ["Nothing compared it on held-out rows: its metrics cannot be set beside another version's."],
      ...wide.length > 0
        ? [
          `Better or worse cannot be told for ${
            listed(wide.map(({ segment }) => segment))
          }: those intervals hold zero.`,
        ]
        : [],
      ...measured ? [] : ["How it does on shoppers it answered about is unknown until outcomes come in."],
      ...manifest.recalibrated
        ? [
          `Its answers are those of v${manifest.recalibrated.of}, moved along a line that newer outcomes gave.`,
        ]
        : [],
      ...damagedAt ? ["Its file is damaged and serves nobody."] : [],
      ...artefactRemovedAt ? ["Its file is not kept any more."] : [],
    ],
  };
}
