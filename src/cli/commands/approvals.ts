import type { Command } from "commander";
import type { Approval } from "../../db/rollouts/approvals.ts";
import { asking, type Common, type Context } from "../context.ts";
import { wholeNumber } from "../options.ts";
import { approvalsText } from "../rollout_text.ts";

/** `perennial approvals`, `approve` and `reject` */
export function addApprovals(program: Command, context: Context): void {
  const list = program.command("approvals").description("validated versions waiting for approval")
    .option("--all", "decided ones as well");
  asking(list, "perennial approvals\nperennial approvals --all").action(
    async ({ all, ...options }: Common & { all?: boolean }) => {
      const { approvals } = await (await context.client(options)).approvals({ open: all ? "false" : "true" });
      context.show(options, approvals, (shown) => approvalsText(shown, context.paint));
    },
  );
  addDecision(program, context, "approve", "approve the waiting version");
  addDecision(program, context, "reject", "reject the waiting version");
}

function addDecision(program: Command, context: Context, word: "approve" | "reject", about: string): void {
  const command = program.command(word).description(about).argument("<model>", "the model")
    .option("--version <version>", "only if it is this one that waits", wholeNumber({ min: 1 }))
    .option("--why <text>", "the reason, for the audit", "");
  asking(command, `perennial ${word} churn --why "looked at the segments"`).action(
    async (model: string, { version, why, ...options }: Common & { version?: number; why: string }) => {
      const decided = await (await context.client(options))[word](model, { version, why });
      context.show(options, decided, decisionText);
    },
  );
}

const decisionText = ({ model, version, decision }: Approval) =>
  `${model}: version ${version} was ${decision}`;
