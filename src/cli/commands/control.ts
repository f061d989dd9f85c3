import { type Command, Option } from "commander";
import type { ChangeAccepted } from "../../api/messages.ts";
import { forceAndWait, type ForceProgress } from "../../client/force_and_wait.ts";
import type { Cycle } from "../../retraining/cycle.ts";
import { cycleText } from "../../retraining/cycle_text.ts";
import { asking, type Common, type Context } from "../context.ts";
import { ToldError } from "../exit.ts";
import { wholeNumber } from "../options.ts";
import { mood } from "../format.ts";

interface ChangeOptions extends Common {
  why: string;
}

const WHY = ["--why <text>", "the reason, for the audit", ""] as const;
const MODEL = ["[model]", "one model; left out: every model"] as const;

/** `perennial start`, `stop` and `force` */
export function addControl(program: Command, context: Context): void {
  addStart(program, context);
  addStop(program, context);
  addForce(program, context);
}

function addStart(program: Command, context: Context): void {
  const start = program.command("start").description("turn automatic checks on").argument(...MODEL).option(
    ...WHY,
  );
  asking(start, 'perennial start\nperennial start churn --why "back from maintenance"')
    .action(async (model: string | undefined, options: ChangeOptions) => {
      const accepted = await (await context.client(options)).start({ model, why: options.why });
      context.show(options, accepted, confirmation("Automatic checks are on"));
    });
}

function addStop(program: Command, context: Context): void {
  const running = new Option("--running <what>", "what becomes of a cycle that runs now").choices([
    "finish",
    "cancel",
  ]).default("finish");
  const stop = program.command("stop").description("turn automatic checks off").argument(...MODEL).option(
    ...WHY,
  ).addOption(running);
  asking(stop, "perennial stop\nperennial stop spending --running cancel")
    .action(async (model: string | undefined, options: ChangeOptions & { running: "finish" | "cancel" }) => {
      const { why, running } = options;
      context.show(
        options,
        await (await context.client(options)).stop({ model, why, running }),
        confirmation("Automatic checks are off"),
      );
    });
}

function addForce(program: Command, context: Context): void {
  const force = program.command("force").description(
    "run a retraining cycle now; skips the trigger, not the validation",
  )
    .argument(...MODEL).option(...WHY).option("--wait", "show it stage by stage until it ends")
    .option("--timeout <seconds>", "how long to wait", wholeNumber({ min: 1 }), 1800);
  asking(force, 'perennial force churn --wait\nperennial force --why "new season"')
    .action(
      async (model: string | undefined, options: ChangeOptions & { wait?: boolean; timeout: number }) => {
        const client = await context.client(options);
        if (!options.wait) {
          return context.show(
            options,
            await client.force({ model, why: options.why }),
            confirmation("A cycle is queued"),
          );
        }
        const onProgress = (progress: ForceProgress) => context.io.err(progressText(progress));
        const cycles = await forceAndWait(client, {
          model,
          why: options.why,
          timeoutMs: options.timeout * 1000,
          onProgress,
        });
        context.show(options, cycles, (all) => all.map((cycle) => endText(cycle, context)).join("\n"));
        if (cycles.some((c) => c.outcome === "failed")) throw new ToldError("A cycle failed");
      },
    );
}

const TOLD_LATER = "; Temporal does not answer now: it is written down, and done as soon as it does";

const confirmation = (change: string) => ({ models, requestId, told }: ChangeAccepted) =>
  `${change}: ${models.join(", ")} (request ${requestId})${told ? "" : TOLD_LATER}`;

function progressText({ model, stage, fraction, text }: ForceProgress): string {
  return `${model}: ${stage}${fraction === null ? "" : ` ${Math.round(fraction * 100)} %`}${
    text ? ` (${text})` : ""
  }`;
}

const endText = (cycle: Cycle, { paint }: Context) =>
  `${cycle.model}, cycle ${cycle.number}: ${mood(cycle.outcome ?? "running", paint)}. ${cycleText(cycle)}`;
