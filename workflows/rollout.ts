import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { HandRollout } from "../activities/rollout/mod.ts";
import { setAttributes } from "./attributes.ts";
import { type RolloutLooked, rolloutLookUpdate, wakeSignal } from "./messages.ts";
import { needMoment } from "./moments.ts";
import { activities, ROLLOUT_STEP } from "./proxies.ts";
import { VERDICT } from "./search_attributes.ts";

interface RolloutInput {
  /** its id, which is the workflow's as well */
  rollout: string;
  /** a person asks for it: it begins first */
  wanted?: HandRollout;
  /** whoever replays history says when to look */
  replayed: boolean;
  /** looks that were made: carried over when the workflow continues as new */
  looks?: number;
}

const { beginRolloutByHand, lookAtRollout, concludeRollout, replayTraffic } = activities(ROLLOUT_STEP);

/** A replayed rollout that nobody looks at any more looks by itself so seldom, and ends in time like every other. */
const REPLAY_WAIT_MS = 30 * 86_400_000;

/** Refuses a look that no activity could make: it would be tried for hours, and hold up every other. */
function validateLook({ asOf, traffic }: { asOf: unknown; traffic?: unknown }): void {
  needMoment(asOf, "look");
  if (traffic !== undefined && typeof traffic !== "boolean") {
    throw new Error("Cannot look: traffic has to be true or false");
  }
}

/**
 * Takes one version from no shopper to every shopper, or back: looks, does what the evidence says, waits, and looks again
 * until it is promoted, rolled back, held, or something else serves. Each look is a decision of its own, so that
 * nothing is lost when a process dies.
 */
export async function rollout({ rollout: id, wanted, replayed, looks = 0 }: RolloutInput): Promise<string> {
  let begun = wanted === undefined;
  let woken = false;
  let looking = false;
  let ended = false;
  let looksMade = looks;
  const look = async (asOf: string | null): Promise<RolloutLooked & { waitMs: number }> => {
    await condition(() => begun && !looking);
    looking = true;
    try {
      const lookResult = await lookAtRollout({ rollout: id, look: ++looksMade, asOf });
      ended = lookResult.ended;
      setCurrentDetails(lookResult.text);
      log.info("looked at the rollout", { id, ...lookResult });
      return lookResult;
    } finally {
      looking = false;
    }
  };
  setHandler(wakeSignal, () => {
    woken = true;
  });
  setHandler(rolloutLookUpdate, async ({ asOf, traffic }) => {
    const { ended, text } = await look(asOf);
    if (traffic && !ended) await replayTraffic({ model: id.split("/")[1], asOf });
    return { ended, text };
  }, { validator: validateLook });
  if (wanted) await beginRolloutByHand(wanted);
  begun = true;
  const mayRenew = () => workflowInfo().continueAsNewSuggested && allHandlersFinished();
  while (!ended && !mayRenew()) {
    woken = false;
    const waitMs = replayed ? REPLAY_WAIT_MS : (await look(null)).waitMs;
    if (!ended) await condition(() => woken || ended || mayRenew(), waitMs);
    if (replayed && !ended && !mayRenew()) await look(null);
  }
  if (!ended) return await continueAsNew<typeof rollout>({ rollout: id, replayed, looks: looksMade });
  await condition(allHandlersFinished);
  const { state, text } = await concludeRollout({ rollout: id });
  setAttributes([{ key: VERDICT, value: state }]);
  setCurrentDetails(`**${state}**: ${text}`);
  return state;
}
