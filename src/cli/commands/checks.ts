import { type Command, Option } from "commander";
import { Answer, type Check, type Reason } from "../../retraining/check.ts";
import { asking, type Common, type Context } from "../context.ts";
import { asOfText, mood, type Paint, wrapped } from "../format.ts";
import { wholeNumber } from "../options.ts";

interface Filter extends Common {
  answer?: Answer;
  before?: string;
  limit: number;
}

/** `perennial checks` */
export function addChecks(program: Command, context: Context): void {
  const checks = program.command("checks").description(
    "answers of the trigger with their reasons, newest first",
  )
    .argument("[model]", "one model; left out: every model")
    .addOption(new Option("--answer <answer>", "only these").choices(Answer.options))
    .option("--before <time>", "only checks made before this moment, ISO 8601")
    .option("--limit <n>", "most checks", wholeNumber({ min: 1, max: 1000 }), 5);
  asking(checks, 'perennial checks\nperennial checks churn --answer "fix data first" --limit 20')
    .action(async (model: string | undefined, options: Filter) => {
      const { answer, before, limit } = options;
      const page = await (await context.client(options)).checks({ model, answer, before, limit });
      context.show(options, page, ({ checks, next }) => {
        const more = next === null ? [] : [context.paint("dim", `More: --before ${next}`)];
        const lines = checks.map((check) => checkText(check, context));
        return checks.length === 0 ? "No checks" : [...lines, ...more].join("\n\n");
      });
    });
}

function checkText(check: Check, { paint, io: { columns } }: Context): string {
  const { id, model, asOf, trigger, answer, reasons, cycleId } = check;
  const cycle = cycleId === null ? "" : `; ${cycleId}`;
  const head = `${paint("bold", model)} as of ${asOfText(asOf)} (${trigger}): ${mood(answer, paint)}${cycle}`;
  return [head, `  ${paint("dim", `check ${id}`)}`, ...reasons.map((r) => reasonText(r, columns, paint))]
    .join("\n");
}

const reasonText = ({ speaks, text }: Reason, columns: number, paint: Paint) =>
  wrapped(`  ${paint("dim", (speaks === "neither" ? "neutral" : speaks).padEnd(7))}  ${text}`, {
    columns,
    indent: 11,
  });
