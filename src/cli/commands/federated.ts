import { type Command, InvalidArgumentError } from "commander";
import type { FederatedRunDetail } from "../../federated/run.ts";
import { figure } from "../../format/numbers.ts";
import { asking, type Common, type Context } from "../context.ts";
import { minute, mood, type Paint, table } from "../format.ts";
import { wholeNumber } from "../options.ts";

/** `perennial federated [status | start | withdraw]` */
export function addFederated(program: Command, context: Context): void {
  const federated = program.command("federated")
    .description("train over countries whose rows stay apart: start, status, withdraw");
  const status = federated.command("status", { isDefault: true })
    .description("federated trainings and their rounds, newest first").argument("[model]", "one model")
    .option("--limit <n>", "most trainings", wholeNumber({ min: 1, max: 1000 }), 5);
  asking(status, "perennial federated status\nperennial federated status churn").action(
    async (model: string | undefined, { limit, ...options }: Common & { limit: number }) => {
      const { runs } = await (await context.client(options)).federated({ model, limit });
      context.show(options, runs, (all) => runsText(all, context.paint));
    },
  );
  addStart(federated, context);
  const withdraw = federated.command("withdraw")
    .description("withdraw the training that waits for a model's next cycle")
    .argument("<model>", "the model").option("--why <text>", "the reason, for the audit", "");
  asking(withdraw, "perennial federated withdraw churn").action(
    async (model: string, { why, ...options }: Common & { why: string }) => {
      const client = await context.client(options);
      const withdrawn = await client.withdrawFederated(model, { why });
      context.show(
        options,
        withdrawn,
        ({ run }) => `The federated training of ${model} is withdrawn (${run})`,
      );
    },
  );
}

interface StartOptions extends Common {
  rounds: number;
  hidden: number[];
  leastParticipants: number;
  leastShoppers: number;
  deadline: number;
  noise?: number;
  clip?: number;
  sampling?: number;
  delta?: number;
  why: string;
}

function addStart(federated: Command, context: Context): void {
  const start = federated.command("start")
    .description("train a classification in rounds; the version meets the same validation and rollout")
    .argument("<model>", "the model")
    .option("--rounds <n>", "how many rounds", wholeNumber({ min: 1, max: 200 }), 20)
    .option("--hidden <units>", "hidden layers, as 16 or 16,8; left out: a logistic regression", units, [])
    .option("--least-participants <n>", "fewer end the training", wholeNumber({ min: 2, max: 255 }), 3)
    .option("--least-shoppers <n>", "a country with fewer takes no part", wholeNumber({ min: 1 }), 20)
    .option("--deadline <seconds>", "who is later in a step is left out", wholeNumber({ min: 1 }), 60)
    .option("--noise <z>", "noise on each sum, in clipping norms; left out: none, and no promise", positive)
    .option("--clip <norm>", "longest update of one shopper, with --noise", positive)
    .option("--sampling <share>", "chance of a shopper to be in a round, with --noise", positive)
    .option("--delta <chance>", "chance of epsilon not to hold, with --noise", positive)
    .option("--why <text>", "the reason, for the audit", "");
  asking(start, "perennial federated start churn\nperennial federated start churn --rounds 40 --noise 4")
    .action(
      async (model: string, options: StartOptions) => {
        const client = await context.client(options);
        const begun = await client.startFederated(model, { plan: planOf(options), why: options.why });
        context.show(options, begun, ({ run }) => `A federated cycle of ${model} is queued (${run})`);
      },
    );
}

function planOf(options: StartOptions) {
  const { rounds, hidden, leastParticipants, leastShoppers, deadline, noise, clip, sampling, delta } =
    options;
  const privacy = noise === undefined ? null : { noise, clip, sampling, delta };
  return { rounds, hidden, leastParticipants, leastShoppers, deadlineSeconds: deadline, privacy };
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Need a number above 0.");
}

function units(text: string): number[] {
  const layers = text.split(",").map(Number);
  if (layers.every((n) => Number.isInteger(n) && n > 0)) return layers;
  throw new InvalidArgumentError("Need whole numbers, as 16 or 16,8.");
}

function runsText(runs: readonly FederatedRunDetail[], paint: Paint): string {
  if (runs.length === 0) return "No federated trainings yet. perennial federated start MODEL";
  return table(
    ["training", "model", "state", "rounds", "participants", "epsilon", "began", "why"],
    runs.map((run) => {
      const closed = run.rounds.filter(({ closedAt, round }) => closedAt !== null && round > 0);
      const epsilon = closed.at(-1)?.epsilon ?? null;
      const last = closed.at(-1);
      return [
        run.id.slice(0, 8),
        run.model,
        mood(run.state, paint),
        `${closed.length} of ${run.plan.rounds}`,
        last === undefined ? "-" : `${last.summed} of ${run.participants?.length ?? last.members}`,
        epsilon === null ? "none" : figure(epsilon),
        minute(run.createdAt),
        run.error ?? run.why,
      ];
    }),
    paint,
  );
}
