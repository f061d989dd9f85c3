import { type Command, InvalidArgumentError, Option } from "commander";
import { runDrill } from "../../client/drill.ts";
import { asking, type Common, type Context } from "../context.ts";
import { ToldError } from "../exit.ts";
import { day } from "../format.ts";
import { calendarDay, wholeNumber } from "../options.ts";
import { rolloutText } from "../rollout_text.ts";

interface DrillOptions extends Common {
  strategy: "shadow" | "canary" | "ab" | "bandit";
  strength: number;
  asOf?: string;
  timeout: number;
  why: string;
}

/** `perennial drill` */
export function addDrill(program: Command, context: Context): void {
  const how = new Option(
    "--strategy <how>",
    "rollout strategy; on the wall clock only shadow shows it to nobody",
  )
    .choices(["shadow", "canary", "ab", "bandit"]).default("canary");
  const drill = program.command("drill")
    .description(
      "roll out a deliberately degraded copy of the serving version, and check that it is rolled back",
    )
    .argument("<model>", "the model").addOption(how)
    .option("--strength <n>", "noise on each weight, in standard deviations", positive, 1)
    .option("--as-of <day>", "replay history from this day; a demo does so by itself", calendarDay)
    .option("--timeout <seconds>", "how long to wait", wholeNumber({ min: 1 }), 600)
    .option("--why <text>", "the reason, for the audit", "drill");
  asking(drill, "perennial drill churn\nperennial drill churn --strategy shadow --strength 0.5").action(
    async (model: string, { timeout, json, url, ...asked }: DrillOptions) => {
      const client = await context.client({ url });
      const onLook = ({ asOf, text }: { asOf: string; text: string }) =>
        context.io.err(`${day(asOf)}: ${text}`);
      const ended = await runDrill(client, { ...asked, model, timeoutMs: timeout * 1000, onLook });
      context.show({ json }, ended, (rollout) => rolloutText(rollout, context.paint));
      if (ended.state !== "rolled back") {
        throw new ToldError(
          `The drill failed: the degraded version was not rolled back, it was ${ended.state}`,
        );
      }
    },
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 10) return value;
  throw new InvalidArgumentError("Need a number above 0, at most 10.");
}
