import type { Command } from "commander";
import { asking, type Common, type Context } from "../context.ts";
import {
  acceptedText,
  driftText,
  overviewText,
  performanceText,
  qualityText,
  type Style,
} from "../monitor_text.ts";
import { wholeNumber } from "../options.ts";
import { trendsText } from "../trends_text.ts";

/** Longer lines are hard to read, however wide the terminal is. */
const COLUMNS_MAX = 100;

interface Looks extends Common {
  limit: number;
  asOf?: string;
}

/** `perennial monitor` and what is below it */
export function addMonitor(program: Command, context: Context): void {
  const monitor = program.command("monitor").description("monitoring results: events, inputs, outcomes");
  const overview = monitor.command("overview", { isDefault: true }).description("everything on one screen")
    .argument("[model]", "one model; left out: every model");
  asking(overview, "perennial monitor\nperennial monitor churn\nperennial monitor --json")
    .action(async (model: string | undefined, options: Common) => {
      const client = await context.client(options);
      const [quality, drift, performance] = await Promise.all([
        client.quality({ limit: 1 }),
        client.drift({ model, limit: 1 }),
        client.performance({ model, limit: 1 }),
      ]);
      context.show(options, { quality, drift, performance }, (all) => overviewText(all, styleOf(context)));
    });
  addDetails(monitor, context);
  addTrends(monitor, context);
  addAccept(monitor, context);
}

function addDetails(monitor: Command, context: Context): void {
  const drift = looking(
    monitor.command("drift").description("input drift, feature by feature"),
  )
    .argument("[model]", "one model; left out: every model");
  asking(drift, "perennial monitor drift\nperennial monitor drift churn --as-of 2011-06-01")
    .action(async (model: string | undefined, options: Looks) => {
      const { limit, asOf } = options;
      const looks = await (await context.client(options)).drift({ model, limit, asOf });
      context.show(options, looks, (all) => driftText(all, styleOf(context)));
    });
  const quality = looking(monitor.command("quality").description("data-quality findings"));
  asking(quality, "perennial monitor quality\nperennial monitor quality --limit 50 --json")
    .action(async (options: Looks) => {
      const { limit, asOf } = options;
      const looks = await (await context.client(options)).quality({ limit, asOf });
      context.show(options, looks, (all) => qualityText(all, styleOf(context)));
    });
  const performance = looking(
    monitor.command("performance").description("performance of the models on known outcomes"),
  )
    .argument("[model]", "one model; left out: every model");
  asking(performance, "perennial monitor performance\nperennial monitor performance spending --json")
    .action(async (model: string | undefined, options: Looks) => {
      const { limit, asOf } = options;
      const looks = await (await context.client(options)).performance({ model, limit, asOf });
      context.show(options, looks, (all) => performanceText(all, styleOf(context)));
    });
}

function addTrends(monitor: Command, context: Context): void {
  const trends = monitor.command("trends").description(
    "trends of a model: over time, per cycle, per incident",
  )
    .argument("<model>", "the model");
  asking(trends, "perennial monitor trends churn\nperennial monitor trends churn --json")
    .action(async (model: string, options: Common) => {
      const trends = await (await context.client(options)).trends({ model });
      context.show(options, trends, (all) => trendsText(all, context.paint));
    });
}

const looking = (command: Command): Command =>
  command.option("--limit <n>", "most earlier evaluations", wholeNumber({ min: 1, max: 1000 }), 10)
    .option("--as-of <time>", "the newest evaluation at this time or before, ISO 8601");

function addAccept(monitor: Command, context: Context): void {
  const accept = monitor.command("accept").description(
    "accept a finding: it no longer blocks training",
  )
    .argument("<key>", "the finding's key, as in `perennial monitor quality`")
    .requiredOption("--why <text>", "the reason, for the audit");
  asking(accept, 'perennial monitor accept "unit jump/price/2011-08-30" --why "new price list"')
    .action(async (key: string, options: Common & { why: string }) => {
      const accepted = await (await context.client(options)).acceptFinding({ key, why: options.why });
      context.show(options, accepted, (a) => `${a.key}: ${acceptedText(a)}`);
    });
}

const styleOf = ({ io, paint }: Context): Style => ({ paint, columns: Math.min(io.columns, COLUMNS_MAX) });
