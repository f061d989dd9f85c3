import { z } from "zod";
import { deviations } from "../format/numbers.ts";
import { holm } from "../stats/multiple.ts";
import type { WindowsVerdict } from "../drift/windows.ts";
import { DriftReport, type FeatureShift } from "../drift/report.ts";
import type { Wobble } from "./wobble.ts";

/** The evidence of a look at a model's inputs: the blocks by their sha256, so that it can be computed again. */
export const DriftEvidence = DriftReport.pick({
  model: true,
  version: true,
  asOf: true,
  reference: true,
  current: true,
  past: true,
  alpha: true,
  seed: true,
}).extend({
  alphaTogether: z.number(),
  watched: z.array(z.string()).describe("features that stay as they are while nothing changes"),
  importance: z.record(z.string(), z.number()).nullable(),
});
export type DriftEvidence = z.infer<typeof DriftEvidence>;

/**
 * The report of a comparison. A feature drifted when shoppers differ beyond chance and the feature moved further than it
 * moves by itself: both must hold, so that neither can raise more false alarms than the look may spend.
 * @param wobbles per watched feature, in their order; null: too little history to say what is usual
 */
export function driftReport(
  evidence: DriftEvidence,
  verdict: WindowsVerdict,
  wobbles: readonly (Wobble | null)[],
): DriftReport {
  const { watched, importance, alpha } = evidence;
  const usual = new Map(watched.map((name, i) => [name, wobbles[i]]));
  const adjusted = holm(watched.map((_, i) => wobbles[i]?.p ?? 1));
  const beyond = new Map(watched.map((name, i) => [name, adjusted[i]]));
  const features = verdict.features.map((featureVerdict): FeatureShift => {
    const wobble = usual.get(featureVerdict.feature) ?? null;
    const p = Math.max(featureVerdict.p, wobble ? beyond.get(featureVerdict.feature)! : featureVerdict.p);
    const drifted = wobble !== null && featureVerdict.drifted && p <= alpha;
    const smallest = featureVerdict.smallest === null || wobble === null
      ? null
      : Math.max(featureVerdict.smallest, wobble.smallest);
    return weighed(
      { ...featureVerdict, p, drifted, smallest, wobble: wobble && shownWobble(wobble) },
      importance,
    );
  }).sort(byImpact);
  const { method, rounds, together } = verdict;
  return {
    ...common(evidence),
    ...conclusion(features, verdict, evidence),
    method,
    rounds,
    features,
    together,
  };
}

/** The report where there are too few rows to compare. */
export function noDriftReport(evidence: DriftEvidence, text: string): DriftReport {
  const method = "permutation";
  return {
    ...common(evidence),
    answer: "cannot tell yet",
    text,
    method,
    rounds: 0,
    features: [],
    together: null,
  };
}

const common = ({ model, version, asOf, reference, current, past, alpha, seed }: DriftEvidence) => ({
  model,
  version,
  asOf,
  reference,
  current,
  past,
  alpha,
  seed,
});

const shownWobble = ({ p, sd, stretches }: Wobble) => ({ p, sd, stretches });

function conclusion(
  features: readonly FeatureShift[],
  { features: compared, together }: WindowsVerdict,
  { current, reference }: DriftEvidence,
): Pick<DriftReport, "answer" | "text"> {
  if (features.some((f) => f.drifted)) return { answer: "drifted", text: driftText(features) };
  const differ = compared.filter((f) => f.drifted).map((f) => f.feature);
  const unusual = features.filter((f) => f.wobble === null && differ.includes(f.feature)).length;
  if (unusual > 0) {
    const text =
      `${unusual} of ${features.length} features differ between shoppers then and now, but there is too little ` +
      "history to say whether they move so far by themselves";
    return { answer: "cannot tell yet", text };
  }
  if (together?.drifted && differ.length === 0) {
    const text =
      `The ${features.length} features go together in another way than before, though none shifted by itself`;
    return { answer: "cannot tell yet", text };
  }
  return { answer: "stable", text: stableText(features, current.rows, reference.rows) };
}

function weighed(
  shift: Omit<FeatureShift, "importance" | "impact">,
  importance: Readonly<Record<string, number>> | null,
): FeatureShift {
  const weight = importance?.[shift.feature] ?? null;
  const impact = weight === null || shift.shift === null ? null : Math.abs(shift.shift) * Math.max(0, weight);
  return { ...shift, importance: weight, impact };
}

/** Sorts drifted features first; then by importance; where that is not known, the least likely first. */
const byImpact = (a: FeatureShift, b: FeatureShift) =>
  Number(b.drifted) - Number(a.drifted) || (b.impact ?? 0) - (a.impact ?? 0) || a.pRaw - b.pRaw ||
  (a.feature < b.feature ? -1 : 1);

function driftText(features: readonly FeatureShift[]): string {
  const drifted = features.filter((f) => f.drifted);
  const [first] = drifted;
  const shift = first.shift === null ? "" : `${deviations(first.shift)} sd, `;
  return `${drifted.length} of ${features.length} features shifted beyond chance, first of them ${first.feature} (${shift}${
    pText(first.p)
  })`;
}

function stableText(features: readonly FeatureShift[], now: number, then: number): string {
  const seen = features.flatMap((f) => f.kind === "numeric" && f.smallest !== null ? [f.smallest] : []);
  const text = `None of ${features.length} features shifted beyond chance (${now} rows now, ${then} then)`;
  if (seen.length === 0) return text;
  const middle = seen.sort((a, b) => a - b)[seen.length >> 1];
  return `${text}; a shift of ${middle.toFixed(2)} sd would have been seen in half of them with 80 % power`;
}

const pText = (p: number) => p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
