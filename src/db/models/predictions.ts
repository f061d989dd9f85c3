import { arrayLiteral, plainLiteral } from "../array_literal.ts";
import type { Sql } from "../connect.ts";

/** One answer that was given, to meet its outcome later. */
interface Prediction {
  userKey: string;
  prediction: number;
  /** of several classes: of each; left out: a prediction is one number */
  probabilities?: readonly number[];
  /** kind of shopper, as it was then; left out: not known */
  segment?: string;
}

/** In whose place a version answered. */
export type Arm = "champion" | "challenger" | "known good" | "baseline";

/**
 * Stores answers given by one version as of one moment. `version` null: the baseline spoke. What the monitor stores is
 * there once per version, moment and shopper: storing it again changes nothing.
 * @param options.horizonDays how far the answers look ahead; left out: they never meet an outcome
 */
export async function savePredictions(
  sql: Sql,
  { model, version, asOf, fallback, featureHash, predictions, horizonDays = null, source = "api", ...about }:
    {
      model: string;
      version: number | null;
      asOf: string;
      fallback: boolean;
      featureHash: string;
      predictions: readonly Prediction[];
      horizonDays?: number | null;
      source?: "api" | "monitor";
      /** left out: "champion" */
      arm?: Arm;
      /** false: another version's answer was given to the shopper; left out: true */
      shown?: boolean;
    },
): Promise<void> {
  const { arm = "champion", shown = true } = about;
  await sql`insert into predictions
      (model, version, user_key, as_of, prediction, fallback, feature_hash, horizon_days, segment, source, arm, shown,
       probabilities)
    select ${model}, ${version}, k, ${asOf}, p, ${fallback}, ${featureHash}, ${horizonDays}, s, ${source}, ${arm},
           ${shown}, q::real[]
    from unnest(${predictions.map((p) => p.userKey)}::uuid[],
                ${predictions.map((p) => p.prediction)}::float8[],
                ${predictions.map((p) => p.segment ?? null) as string[]}::text[],
                ${probabilitiesOf(predictions)}::text::text[]) as t(k, p, s, q)
    on conflict do nothing`;
}

/** One answer with all that is stored of it. */
export interface StoredAnswer extends Prediction {
  model: string;
  version: number | null;
  asOfMs: number;
  fallback: boolean;
  featureHash: string;
  horizonDays: number;
  arm: Arm;
  shown: boolean;
}

/**
 * Stores answers of any models and versions in one statement. What many of them share travels once: reading it anew for
 * each would cost the database as much as the row itself.
 */
export async function insertAnswers(sql: Sql, answers: readonly StoredAnswer[]): Promise<void> {
  const { kinds, kindOf } = kindsOf(answers);
  const shared = (value: (kind: StoredAnswer) => string | number | null) => arrayLiteral(kinds.map(value));
  await sql`insert into predictions
      (model, version, user_key, as_of, prediction, fallback, feature_hash, horizon_days, segment, arm, shown,
       probabilities)
    select model, version, k, to_timestamp(ms / 1000), p, fallback, feature_hash, horizon_days, segment, arm, shown,
      q::real[]
    from unnest(
      ${plainLiteral(answers.map((a) => a.userKey))}::text::uuid[],
      ${plainLiteral(answers.map((a) => a.asOfMs))}::text::float8[],
      ${plainLiteral(answers.map((a) => a.prediction))}::text::float8[],
      ${plainLiteral(kindOf)}::text::int[],
      ${probabilitiesOf(answers)}::text::text[]) as answer(k, ms, p, kind, q)
    join unnest(
      ${shared((a) => a.model)}::text::text[], ${shared((a) => a.version)}::text::int[],
      ${shared((a) => String(a.fallback))}::text::bool[], ${shared((a) => a.featureHash)}::text::text[],
      ${shared((a) => a.horizonDays)}::text::int[], ${shared((a) => a.segment ?? null)}::text::text[],
      ${shared((a) => a.arm)}::text::text[], ${shared((a) => String(a.shown))}::text::bool[]) with ordinality
      as kinds(model, version, fallback, feature_hash, horizon_days, segment, arm, shown, nth) on nth = kind`;
}

/** The probabilities of each answer as the text of an array; nothing where none has any, which costs nothing. */
const probabilitiesOf = (answers: readonly Pick<Prediction, "probabilities">[]): string =>
  answers.some(({ probabilities }) => probabilities)
    ? arrayLiteral(answers.map(({ probabilities }) => probabilities ? plainLiteral(probabilities) : null))
    : "{}";

/** Returns the distinct values that answers share, and the number of those that each answer has; from 1. */
function kindsOf(answers: readonly StoredAnswer[]): { kinds: StoredAnswer[]; kindOf: number[] } {
  const kinds: StoredAnswer[] = [];
  const kindOf = answers.map((answer) => {
    const index = kinds.findIndex((kind) => SHARED.every((name) => kind[name] === answer[name])); // there are few
    return index < 0 ? kinds.push(answer) : index + 1;
  });
  return { kinds, kindOf };
}

const SHARED = [
  "segment",
  "version",
  "arm",
  "shown",
  "fallback",
  "model",
  "featureHash",
  "horizonDays",
] as const;

/**
 * Counts the predictions of a version that the monitor stored as of a moment. Uses index `predictions_monitor_once`.
 */
export async function countMonitored(
  sql: Sql,
  { model, version, asOfMs }: { model: string; version: number; asOfMs: number },
): Promise<number> {
  const [row] = await sql`select count(*)::int as n from predictions
    where model = ${model} and version = ${version} and as_of = ${asOfMs} and source = 'monitor'`;
  return row.n;
}
