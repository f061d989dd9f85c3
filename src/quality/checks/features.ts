import type { Check, Tested, View } from "../view.ts";
import { percent } from "../format.ts";

/** A feature that told shoppers apart is the same for all of them. */
export const frozen: Check = ({ evidence: { features, asOfMs } }) => {
  if (!features?.before) return [];
  const varied = new Set(features.variedBefore);
  const { before } = features;
  return features.constant.filter((feature) => varied.has(feature)).map((feature): Tested => ({
    p: null,
    found: {
      kind: "frozen feature",
      subject: feature,
      means: "broken",
      rows: features.rows,
      share: 1,
      fromMs: Date.parse(features.cutoff),
      toMs: asOfMs,
      text:
        `the feature has one value for all ${features.rows} shoppers as of ${
          features.cutoff.slice(0, 10)
        }, on ` +
        `${before.slice(0, 10)} it varied; look at the events it is made from`,
      evidence: { before, rows: features.rows },
    },
  }));
};

/** Checks that a model is trained on the same numbers that it is asked with, also of what its visitors do now. */
export const skew: Check = ({ evidence: { features, asOfMs } }: View) => {
  if (!features) return [];
  const { cutoff, compared, skewed, sessions } = features;
  const samples = [{ asOf: cutoff, compared, skewed }, ...sessions ? [sessions] : []];
  return samples.flatMap((sample) => sample.skewed.map((off) => skewFound(off, sample, asOfMs)));
};

function skewFound(
  { feature, shoppers, largest }: { feature: string; shoppers: number; largest: number },
  { asOf, compared }: { asOf: string; compared: number },
  asOfMs: number,
): Tested {
  return {
    p: null,
    found: {
      kind: "training-serving skew",
      subject: feature,
      means: "broken",
      rows: shoppers,
      share: shoppers / compared,
      fromMs: Date.parse(asOf),
      toMs: asOfMs,
      text:
        `the feature differs between training and serving for ${shoppers} of ${compared} shoppers as of ` +
        `${asOf.slice(0, 10)}, by up to ${percent(largest)}; the day's roll-up and its events disagree: ` +
        `report it`,
      evidence: { largest, compared },
    },
  };
}
