import { errorRates } from "./error_rates.ts";
import type { RolloutEvidence } from "./rollout_evidence.ts";
import { armEvidence, pairEvidence } from "./lookup.ts";
import { BURN_IN } from "./mean_bounds.ts";
import type { RolloutPlan } from "./plan.ts";
import { shareBounds } from "./share_bounds.ts";
import { percent, whole } from "./format.ts";

/** Of the answers, one in a hundred may be slower than the guardrail. */
const SLOW_SHARE_MAX = 0.01;
/** Before so many answers nothing is said: they may be one shopper's, or the first ones of a process. */
const ANSWERS_MIN = 20;
/** From so many answers on the champion's own share is known well enough to be compared with. */
const CHAMPION_ANSWERS_MIN = 100;

/** Something that a version gives too often. */
interface Count {
  readonly what: string;
  readonly count: number;
  readonly of: number;
  readonly max: number;
  /** how often the champion gives it, where that would be no fault of the challenger's */
  readonly champion: { readonly count: number; readonly of: number } | null;
}

/**
 * Names the guardrail that a challenger broke; null: none, as far as one can tell.
 *
 * - Errors and fallbacks: their share is above the limit, and above the champion's own share: when the whole shop is
 *   down, that is not the challenger's fault. Both are established at the plan's error rate, however often one looks.
 * - Latency: more than one in a hundred requests are slower than the limit, established in the same way. A challenger
 *   that slows down everybody's answers has no excuse.
 * - Divergence: the root mean square difference from the champion's answers, of at least BURN_IN. It has no error rate:
 *   it says that the answers are other ones, which is seen, not inferred. A champion that says the same of everybody
 *   gives no measure for it.
 *
 * No traffic breaks nothing, and neither do the first ANSWERS_MIN answers. The rates take answers for independent of each
 * other.
 */
export function brokenGuardrail(
  plan: RolloutPlan,
  evidence: RolloutEvidence,
  version: number,
): string | null {
  const alpha = errorRates(plan).guardrail;
  const broken = countsOf(plan, evidence, version).find((count) => isBroken(count, alpha));
  return broken ? countText(broken) : divergenceText(plan, evidence, version);
}

function countsOf(
  { champion, guardrails }: RolloutPlan,
  evidence: RolloutEvidence,
  version: number,
): Count[] {
  const arm = armEvidence(evidence, version);
  const own = armEvidence(evidence, champion);
  return [
    {
      what: "of its answers failed",
      count: arm.errors,
      of: arm.answers,
      max: guardrails.errors,
      champion: { count: own.errors, of: own.answers },
    },
    {
      what: "of its answers had to be given by another version",
      count: arm.fallbacks,
      of: arm.answers,
      max: guardrails.fallbacks,
      champion: { count: own.fallbacks, of: own.answers },
    },
    {
      what: `of its requests took longer than ${guardrails.latencyMs} ms`,
      count: arm.slow,
      of: arm.timed,
      max: SLOW_SHARE_MAX,
      champion: null,
    },
  ];
}

/** The two bounds share alpha: either may be wrong. */
function isBroken({ count, of, max, champion }: Count, alpha: number): boolean {
  if (of < ANSWERS_MIN) return false;
  const compared = champion !== null && champion.of >= CHAMPION_ANSWERS_MIN;
  const { low } = shareBounds(count, of, { alpha: compared ? alpha / 2 : alpha });
  if (!(low > max)) return false;
  return !compared || low > shareBounds(champion.count, champion.of, { alpha: alpha / 2 }).high;
}

function countText({ what, count, of, max, champion }: Count): string {
  const theirs = champion && champion.of > 0
    ? `, the champion's share is ${percent(champion.count / champion.of)}`
    : "";
  return `${percent(count / of)} ${what} (${whole(count)} of ${whole(of)}), at most ${
    percent(max)
  } may${theirs}`;
}

function divergenceText(
  { guardrails }: RolloutPlan,
  evidence: RolloutEvidence,
  version: number,
): string | null {
  const { n, rms, spread } = pairEvidence(evidence, version).divergence;
  if (n < BURN_IN || !(rms > guardrails.divergence * spread) || spread === 0) return null;
  const times = Number((rms / spread).toPrecision(2));
  return `its answers lie ${times} standard deviations from the champion's over ${
    whole(n)
  }, at most ${guardrails.divergence} may`;
}
