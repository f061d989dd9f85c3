import { waitAtMost } from "../../core/deadline.ts";
import type { Command } from "commander";
import { labelOf, type PolicySpec, readPolicy } from "../../backtest/policy_spec.ts";
import type { Client } from "../../client/client.ts";
import type { BacktestSummary } from "../../app/reports/backtest.ts";
import { backtestsText, backtestText } from "../backtest_text.ts";
import { asking, type Common, type Context } from "../context.ts";
import { untilInterrupted } from "../interrupt.ts";
import { progressBar } from "../progress.ts";
import { calendarDay, wholeNumber } from "../options.ts";

const ID = ["<id>", "as perennial backtest list shows it"] as const;
const USUAL = ["never", "every", "calendar=28d", "perennial"];
const LOOK_EVERY_MS = 1000;

/** `perennial backtest [start | show | list | cancel]` */
export function addBacktest(program: Command, context: Context): void {
  const backtest = program.command("backtest").description(
    "backtests: replay history under other policies",
  );
  addStart(backtest, context);
  const show = backtest.command("show").description("one backtest, as far as it is").argument(...ID)
    .option("--wait", "watch it until it has ended");
  asking(show, "perennial backtest show 1f0c2a9e --wait").action(
    async (id: string, options: Common & { wait?: boolean }) => {
      const client = await context.client(options);
      if (options.wait && !await watch(context, client, id)) return;
      context.show(
        options,
        await client.backtest(id),
        (b) => backtestText(b, context.paint, context.io.columns),
      );
    },
  );
  const list = backtest.command("list").description("backtests, newest first")
    .option("--limit <n>", "most backtests", wholeNumber({ min: 1, max: 1000 }), 20);
  asking(list, "perennial backtest list").action(
    async ({ limit, ...options }: Common & { limit: number }) => {
      const { backtests } = await (await context.client(options)).backtests({ limit });
      context.show(options, backtests, (all) => backtestsText(all, context.paint));
    },
  );
  const cancel = backtest.command("cancel").description("cancel a backtest; results so far are kept")
    .argument(...ID).option("--why <text>", "the reason, for the audit", "");
  asking(cancel, "perennial backtest cancel 1f0c2a9e").action(
    async (id: string, { why, ...options }: Common & { why: string }) => {
      const answer = await (await context.client(options)).cancelBacktest(id, { why });
      context.show(options, answer, () => `Cancelling: perennial backtest show ${id}`);
    },
  );
}

interface StartOptions extends Common {
  policy: PolicySpec[];
  model: string[];
  from?: string;
  to?: string;
  stepDays?: number;
  why: string;
  detach?: boolean;
}

function addStart(backtest: Command, context: Context): void {
  const start = backtest.command("start", { isDefault: true }).description("start one, and watch it")
    .option(
      "--policy <policy>",
      `left out: ${USUAL.join(", ")}`,
      (text, all: PolicySpec[]) => [...all, readPolicy(text)],
      [],
    )
    .option("--model <name>", "left out: every model", (name, all: string[]) => [...all, name], [])
    .option("--from <day>", "left out: the first cut-off", calendarDay)
    .option("--to <day>", "left out: the last day whose outcomes are complete", calendarDay)
    .option("--step-days <n>", "days between; left out: as cut-offs", wholeNumber({ min: 1, max: 365 }))
    .option("--why <text>", "the reason, for the audit", "")
    .option("--detach", "do not watch it");
  asking(start, EXAMPLES).action(async (options: StartOptions) => {
    const { policy, model, from, to, stepDays, why, detach } = options;
    const client = await context.client(options);
    const { backtest: id } = await client.startBacktest({
      policies: policy.length > 0 ? policy : USUAL.map(readPolicy),
      from,
      to,
      why,
      step_days: stepDays,
      models: model.length > 0 ? model : undefined,
    });
    if (detach) return context.show(options, { backtest: id }, () => comeBack(id));
    if (!await watch(context, client, id)) return;
    context.show(
      options,
      await client.backtest(id),
      (b) => backtestText(b, context.paint, context.io.columns),
    );
  });
}

const EXAMPLES = `perennial backtest
perennial backtest --policy never --policy every --policy calendar=28d:validate=true --policy perennial
perennial backtest --policy 'perennial:gate=threshold,min_new_samples=500' --policy perennial --model churn
perennial backtest --policy every:max_train_cutoffs=6 --from 2011-03-01 --detach`;

const comeBack = (id: string) =>
  `It runs in the background: perennial backtest show ${id} (or: cancel ${id})`;

/** Shows how far it is until it has ended. @returns false: Ctrl-C came first, and it goes on by itself */
async function watch({ io }: Context, client: Client, id: string): Promise<boolean> {
  const interrupt = untilInterrupted();
  const shown = io.isTerminal ? bar() : lines((line) => io.err(line));
  try {
    while (!interrupt.signal.aborted) {
      const backtest = await summary(client, id);
      shown.update(backtest);
      if (backtest.state !== "running") return true;
      await waitAtMost(interrupt.asked, LOOK_EVERY_MS);
    }
  } finally {
    shown.end();
    interrupt.end();
  }
  io.err(comeBack(id));
  return false;
}

const LATEST = 1000;

/** Its line of the list: without the series, which grow. */
async function summary(client: Client, id: string): Promise<BacktestSummary> {
  const { backtests } = await client.backtests({ limit: LATEST });
  return backtests.find((b) => b.id === id) ?? await client.backtest(id);
}

interface Shown {
  update(summary: BacktestSummary): void;
  end(): void;
}

function bar(): Shown {
  const single = progressBar("Backtest {id}  {bar} {percentage}% | {done}/{total} steps | {policies}");
  return {
    update({ id, done, steps, policies, state }) {
      single.at(done, steps, { id, policies: policies.map(labelOf).join(" ") });
      if (state === "finished") single.finish();
    },
    end: single.stop,
  };
}

/** For a log: a line for each tenth. */
function lines(write: (line: string) => void): Shown {
  let lastShown = -1;
  return {
    update({ id, done, steps, state }) {
      const tenth = Math.floor(10 * done / steps);
      if (tenth === lastShown && state === "running") return;
      lastShown = tenth;
      write(`Backtest ${id}: ${state}, ${done} of ${steps} steps`);
    },
    end: () => undefined,
  };
}
