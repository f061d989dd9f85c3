import {
  ActivityFailure,
  ApplicationFailure,
  continueAsNew,
  isCancellation,
  log,
  setCurrentDetails,
} from "@temporalio/workflow";
import { rootMessage } from "./failures.ts";
import { activities, LONG_STEP, QUICK_STEP } from "./proxies.ts";

/** A federated training, by its id. */
export interface FederatedInput {
  run: string;
}

/** The steps of a secure sum whose participants are settled before the next one. */
const SETTLED = ["keys", "shares", "masked"] as const;
/** A round that loses too many participants is tried again. */
const ATTEMPTS_MAX = 3;
/** Then the workflow goes on with an empty history. */
const ROUNDS_A_HISTORY = 10;

/**
 * Trains in rounds over participants whose rows stay apart: each sends its part of a secure sum, step by step, and who is
 * late in a step is left out of the round. Ends with the cycle's challenger, or fails when a round loses too many
 * participants in each of its attempts. Rounds that are closed stay closed, whatever dies.
 */
export async function federatedRounds({ run }: FederatedInput): Promise<{ candidate: string; text: string }> {
  const opened = await activities(LONG_STEP, "Who takes part?").openFederatedRun({ run });
  const { participants, rounds, next, deadlineSeconds } = opened;
  for (let round = next; round <= rounds; round++) {
    if (round - next >= ROUNDS_A_HISTORY) return await continueAsNew<typeof federatedRounds>({ run });
    setCurrentDetails(`round ${round} of ${rounds}, ${participants.length} participants`);
    await completeRound({ run, round }, { participants, deadlineSeconds });
  }
  const { candidate } = await activities(LONG_STEP, "Make a version of it").closeFederatedRun({ run });
  return { candidate, text: candidate };
}

type Participants = { participants: readonly string[]; deadlineSeconds: number };

async function completeRound(round: { run: string; round: number }, among: Participants): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await tryRound({ ...round, attempt }, among);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isTooFew(error)) throw error;
      log.warn("a round is tried again", { ...round, attempt, error: rootMessage(error) });
    }
  }
}

async function tryRound(
  key: { run: string; round: number; attempt: number },
  { participants, deadlineSeconds }: Participants,
): Promise<void> {
  let present = participants;
  for (const step of SETTLED) {
    await everyone(present, (participant, call) => call.federatedStep({ ...key, step, participant }), {
      summary: `Round ${key.round}: ${step}`,
      deadlineSeconds,
    });
    const settled = await activities(QUICK_STEP, `Round ${key.round}: who sent ${step}?`)
      .settleFederatedStep({ ...key, step });
    present = settled.participants;
  }
  await everyone(
    present,
    (participant, call) => call.federatedStep({ ...key, step: "revealed", participant }),
    {
      summary: `Round ${key.round}: revealed`,
      deadlineSeconds,
    },
  );
  await activities(LONG_STEP, `Round ${key.round}: sum`).closeFederatedRound(key);
}

type Calls = ReturnType<typeof activities>;

/** Asks all participants for a step. Those who fail or are late are missed by the step that settles it. */
async function everyone(
  participants: readonly string[],
  ask: (participant: string, call: Calls) => Promise<unknown>,
  { summary, deadlineSeconds }: { summary: string; deadlineSeconds: number },
): Promise<void> {
  const results = await Promise.allSettled(participants.map((participant) =>
    ask(
      participant,
      activities({
        scheduleToCloseTimeout: `${deadlineSeconds} seconds`,
        retry: { maximumInterval: "5 seconds" },
      }, `${summary}, ${participant}`),
    )
  ));
  for (const [i, result] of results.entries()) {
    if (result.status === "fulfilled") continue;
    if (isCancellation(result.reason)) throw result.reason;
    log.warn("a participant is missing", {
      participant: participants[i],
      step: summary,
      error: rootMessage(result.reason),
    });
  }
}

const isTooFew = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure &&
  error.cause.type === "InsufficientDataError";
