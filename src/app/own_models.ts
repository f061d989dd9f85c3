import { basename } from "node:path";
import { messageOf, OwnCodeError } from "../core/errors.ts";
import { computeElsewhere, type Seen } from "../features/own.ts";
import { packDays } from "../features/packed_days.ts";
import type { ModelDefinition } from "../models/model.ts";
import { labelElsewhere } from "../models/outcome.ts";
import { hearOwnMetrics } from "../stats/own_metrics.ts";
import { EndedError, OwnCode, type OwnQuestion } from "../threads/own_code.ts";
import { tellOfExtension } from "./extensions.ts";

/** A service that predicts asks often: its threads are kept for longer than those of extensions. */
const IDLE_MS = 600_000;
const BY = import.meta.resolve("../models/own_calls.ts");

/**
 * Lets the label and the own features of a model be computed in the thread of its file, many shoppers a question, so that
 * what depends on the shop's data can be ended. What fails or is late is named, and not tried again by itself; so is a
 * metric of its own.
 * @returns ends the thread, which begins again when it is asked, and the news of its metrics
 */
export function askInThread(
  path: string,
  model: ModelDefinition,
  options: { withinMs: number; pauseMs?: number },
): () => void {
  const file = basename(path);
  const tell = (part: string, fault: string | null) =>
    tellOfExtension({ file, kind: "model", name: model.name, part, fault });
  const code = new OwnCode(path, { rights: "speak", idleMs: IDLE_MS, ...options });
  let turn: Promise<unknown> = Promise.resolve(); // the thread answers one after the other: nobody's time runs while another is asked
  const ask = async <T>(part: string, question: Pick<OwnQuestion<T>, "call" | "args" | "late" | "read">) => {
    try {
      const asked = turn.then(() => code.ask({ by: BY, ...question }));
      turn = asked.catch(() => undefined);
      const answer = await asked;
      tell(part, null);
      return answer;
    } catch (error) {
      if (error instanceof EndedError) throw error;
      tell(part, messageOf(error));
      throw new OwnCodeError(`The model "${model.name}" (${file}): ${messageOf(error)}`, part);
    }
  };
  const unhear = hearOwnMetrics((metric, fault) => {
    const isOurs = model.ownMetrics?.some(({ name }) => name === metric);
    if (isOurs) tell(`own:${metric}`, fault);
  });
  labelElsewhere(model.label, (futures) =>
    ask("label", {
      call: "labels",
      args: [packDays(futures)],
      late: () => "its label",
      read: (answer) => answer as number[],
    }));
  const { ownFeatures = [] } = model;
  if (ownFeatures.length > 0) {
    computeElsewhere(ownFeatures, (seen) => {
      const at = new Int32Array(new SharedArrayBuffer(4));
      return ask("ownFeatures", {
        call: "featureRows",
        args: [{ days: packDays(seen.map(({ days }) => days)), moments: momentsOf(seen), at }],
        late: () => `its feature "${ownFeatures[at[0]].name}"`,
        read: (answer) => (answer as (number | null)[][]).map((row) => row.map((value) => value ?? NaN)),
      });
    });
  }
  return () => {
    unhear();
    code.close();
  };
}

const momentsOf = (seen: readonly Seen[]) => ({
  asOfMs: seen.map(({ asOfMs }) => asOfMs),
  horizonDays: seen.map(({ horizonDays }) => horizonDays),
});
