import { type Command, InvalidArgumentError, Option } from "commander";
import { asking, type Common, type Context } from "../context.ts";
import { wholeNumber } from "../options.ts";
import type { z } from "zod";
import { GradualStrategy } from "../../rollout/plan.ts";
import { PAUSE_HOURS, PAUSE_HOURS_MAX } from "../../config/pauses.ts";
import { planText } from "../../rollout/plan_text.ts";
import { rolloutsText, rolloutText } from "../rollout_text.ts";

type Strategy = z.infer<typeof GradualStrategy>;
const HOW = "shadow, canary, ab, bandit, or own:NAME of an extension; left out: as the configuration says";
const strategy = () => new Option("--strategy <how>", HOW).argParser(strategyOf);

function strategyOf(text: string): Strategy {
  const { success, data } = GradualStrategy.safeParse(text);
  if (success) return data;
  throw new InvalidArgumentError("Allowed choices are shadow, canary, ab, bandit, own:NAME.");
}

const VERSION = ["<version>", "its number", wholeNumber({ min: 1 })] as const;

/** `perennial rollouts [list | show | plan | begin]` */
export function addRollouts(program: Command, context: Context): void {
  const rollouts = program.command("rollouts")
    .alias("rollout").description("gradual rollouts: list, show, plan, begin, pause, resume");
  const list = rollouts.command("list", { isDefault: true }).description("rollouts, newest first")
    .argument("[model]", "one model").option(
      "--limit <n>",
      "most rollouts",
      wholeNumber({ min: 1, max: 1000 }),
      20,
    );
  asking(list, "perennial rollouts\nperennial rollouts list churn").action(
    async (model: string | undefined, { limit, ...options }: Common & { limit: number }) => {
      const { rollouts } = await (await context.client(options)).rollouts({ model, limit });
      context.show(options, rollouts, (all) => rolloutsText(all, context.paint));
    },
  );
  const show = rollouts.command("show").description("one rollout: its plan and its decision log, recomputed")
    .argument("<id>", "as rollout/churn/v7");
  asking(show, "perennial rollouts show rollout/churn/v7").action(async (id: string, options: Common) => {
    context.show(
      options,
      await (await context.client(options)).rollout(id),
      (r) => rolloutText(r, context.paint),
    );
  });
  addPlan(rollouts, context);
  addBegin(rollouts, context);
  addPause(rollouts, context);
}

interface Planned extends Common {
  strategy?: Strategy;
  why: string;
}

function addPlan(rollouts: Command, context: Context): void {
  const plan = rollouts.command("plan").description("the plan of a rollout before it starts")
    .argument("<model>", "the model").argument(...VERSION).addOption(strategy());
  asking(plan, "perennial rollouts plan churn 7 --strategy ab").action(
    async (model: string, version: number, { strategy, ...options }: Planned) => {
      const answer = await (await context.client(options)).rolloutPlan(model, { version, strategy });
      context.show(options, answer, ({ plan }) => `${plan.strategy}\n${planText(plan)}`);
    },
  );
}

function addBegin(rollouts: Command, context: Context): void {
  const begin = rollouts.command("begin").description("roll out a stored version beside the serving one")
    .argument("<model>", "the model").argument(...VERSION).addOption(strategy())
    .option("--why <text>", "the reason, for the audit", "");
  asking(begin, "perennial rollouts begin churn 7 --strategy shadow --why 'before the sale'").action(
    async (model: string, version: number, { strategy, why, ...options }: Planned) => {
      const begun = await (await context.client(options)).beginRollout(model, { version, strategy, why });
      context.show(options, begun, ({ rollout }) => `Started: perennial rollouts show ${rollout}`);
    },
  );
}

function addPause(rollouts: Command, context: Context): void {
  const pause = rollouts.command("pause")
    .description("pause the running rollout: its shares stay, guardrails stay on, no step and no promotion")
    .argument("<model>", "the model")
    .option(
      "--hours <n>",
      "after that an alert asks what is to become of it",
      wholeNumber({ min: 1, max: PAUSE_HOURS_MAX }),
      PAUSE_HOURS,
    )
    .option("--why <text>", "the reason, for the audit", "");
  asking(pause, "perennial rollouts pause churn --why 'the sale begins'").action(
    async (model: string, { hours, why, ...options }: Planned & { hours: number }) => {
      const paused = await (await context.client(options)).pauseRollout(model, { hours, why });
      context.show(options, paused, (r) => `Paused: ${r.id}. Go on: perennial rollouts resume ${model}`);
    },
  );
  const resume = rollouts.command("resume").description("resume the paused rollout from its step")
    .argument("<model>", "the model").option("--why <text>", "the reason, for the audit", "");
  asking(resume, "perennial rollouts resume churn").action(
    async (model: string, { why, ...options }: Planned) => {
      const resumed = await (await context.client(options)).resumeRollout(model, { why });
      context.show(options, resumed, (r) => `Resumed: perennial rollouts show ${r.id}`);
    },
  );
}
