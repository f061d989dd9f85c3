import type { Command } from "commander";
import type { Client } from "../../client/client.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Explanation } from "../../retraining/explain.ts";
import { asking, type Common, type Context } from "../context.ts";
import { ToldError, UsageError } from "../exit.ts";
import { asOfText, mood, wrapped } from "../format.ts";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** `perennial explain` */
export function addExplain(program: Command, context: Context): void {
  const command = program.command("explain").description(
    "recompute a check from its stored evidence; fails unless the result is the same",
  )
    .argument("<check>", 'a check\'s id, as in `perennial checks`; or "last"')
    .option("--model <model>", 'with "last": the last check of this model');
  asking(
    command,
    "perennial explain last --model churn\nperennial explain 7b0c2a52-4a4e-4f0c-9d38-6a3d0f0f6d11",
  )
    .action(async (check: string, options: Common & { model?: string }) => {
      if (check !== "last" && !UUID.test(check)) {
        throw new UsageError(
          `"${check}" is no check's id: perennial checks lists them, "last" is the newest`,
        );
      }
      const client = await context.client(options);
      const explanation = await client.explain(check === "last" ? await lastCheck(client, options) : check);
      context.show(options, explanation, (e) => explanationText(e, context));
      if (explanation.outcome !== "same") {
        throw new ToldError(`Check ${explanation.check.id} was not reproduced`);
      }
    });
}

async function lastCheck(client: Client, { model }: { model?: string }): Promise<string> {
  const { checks: [last] } = await client.checks({ model, limit: 1 });
  if (!last) throw new NotFoundError("check of", model ?? "any model");
  return last.id;
}

function explanationText(
  { check, outcome, text, parts }: Explanation,
  { paint, io: { columns } }: Context,
): string {
  const { id, model, asOf, answer } = check;
  const lines = parts.map((part) =>
    wrapped(`  ${part.what.padEnd(11)}  ${mood(part.outcome, paint)}. ${part.text}`, { columns, indent: 15 })
  );
  return [
    `${paint("bold", model)} as of ${asOfText(asOf)}: ${mood(answer, paint)}`,
    `  ${paint("dim", `check ${id}`)}`,
    ...lines,
    wrapped(`${mood(outcome, paint)}: ${text}`, { columns }),
  ].join("\n");
}
