import type { Command } from "commander";
import type { Client } from "../../client/client.ts";
import type { Impact } from "../../impact/impact.ts";
import { asking, type Common, type Context } from "../context.ts";
import { curveText, impactText } from "../impact_text.ts";

interface ImpactOptions extends Common {
  curve?: boolean;
}

/** `perennial impact` */
export function addImpact(program: Command, context: Context): void {
  const command = program.command("impact").description("what retraining was worth, and what brought it")
    .argument("[model]", "one model; left out: every model")
    .option("--curve", "profit by share of shoppers contacted, old and new model");
  asking(
    command,
    "perennial impact\nperennial impact churn --curve\n" +
      "perennial config set --model churn kept_customer_value=40 offer_success=0.2 contact_cost=2",
  )
    .action(async (model: string | undefined, options: ImpactOptions) => {
      const client = await context.client(options);
      const impacts = await Promise.all(
        (await requestedModels(client, model)).map((name) => client.impact({ model: name })),
      );
      const text = options.curve ? curveText : impactText;
      context.show(
        options,
        model === undefined ? impacts : impacts[0],
        () => impacts.map((impact: Impact) => text(impact, context.paint, context.io.columns)).join("\n\n"),
      );
    });
}

const requestedModels = async (client: Client, model: string | undefined): Promise<string[]> =>
  model === undefined ? (await client.models()).models.map((m) => m.model) : [model];
