/**
 * Figures, measured in one run beside those they are compared with: `deno task bench [NAME ...] [--whole] [--quick]`.
 * Prints each report and keeps it in `bench/results`. Not a test: nothing fails because a machine was slow.
 */
import { parseArgs } from "node:util";
import { autoscaleBench } from "./autoscale/mod.ts";
import { checkBench } from "./check.ts";
import { costBench } from "./cost.ts";
import { commandLineBench } from "./command_line.ts";
import { distributedBench } from "./distributed/mod.ts";
import { driftSpeedBench } from "./drift_speed.ts";
import { extremesBench } from "./extremes/mod.ts";
import { detectionBench } from "./detection/mod.ts";
import { falseAlarmsBench } from "./false_alarms/mod.ts";
import { federatedBench } from "./federated/mod.ts";
import { forceBench } from "./force.ts";
import { freshnessBench } from "./freshness/mod.ts";
import { growthBench } from "./scale/mod.ts";
import { incidentsBench } from "./incidents/mod.ts";
import { ingestBench } from "./ingest/mod.ts";
import { longlifeBench } from "./longlife/mod.ts";
import { overheadBench } from "./overhead/mod.ts";
import { qualityBench } from "./quality/mod.ts";
import { rolloutBench } from "./rollout/mod.ts";
import { secretsBench } from "./secrets/mod.ts";
import { servingBench } from "./serving/mod.ts";
import { shopsBench } from "./shops/mod.ts";
import { startBench } from "./start.ts";
import type { Bench } from "./shared/bench.ts";
import { cleanUp, guard } from "./shared/cleanup.ts";
import { machineNow } from "./shared/machine.ts";
import { print, publish } from "./shared/report.ts";
import { trainingBench } from "./training.ts";
import { whenBench } from "./when/mod.ts";
import { UnusableInputError } from "./when/python.ts";

const BENCHES: readonly Bench[] = [
  ingestBench,
  overheadBench,
  forceBench,
  qualityBench,
  falseAlarmsBench,
  driftSpeedBench,
  detectionBench,
  incidentsBench,
  rolloutBench,
  servingBench,
  freshnessBench,
  secretsBench,
  longlifeBench,
  extremesBench,
  growthBench,
  autoscaleBench,
  commandLineBench,
  checkBench,
  costBench,
  startBench,
  trainingBench,
  whenBench,
  federatedBench,
  distributedBench,
  shopsBench,
];

const HELP = `deno task bench [NAME ...] [--whole] [--quick]

${BENCHES.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join("\n")}

Left out: all of them. --whole: quality on the whole data set too, false-alarms with 200 runs. --quick: small sizes, to
see that the benches themselves work; prints, but keeps nothing. NAME --help: what a bench reads, where it says.

incidents reads INCIDENTS_STARTS (10) and INCIDENTS_DRAWS (2 of each kind at each start), INCIDENTS_MINUTES (no limit; what
was drawn by then is reported), INCIDENTS_PART (shop, clicks or dated alone), and INCIDENTS_CSV, the file of dated incidents.
federated reads FEDERATED_CSV, a file of bookings, for its second set.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      whole: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      help: { type: "boolean" },
      data: { type: "string" },
      json: { type: "string" },
      loss: { type: "string" },
      window: { type: "string" },
      history: { type: "string" },
      seeds: { type: "string" },
      sets: { type: "string" },
      learners: { type: "string" },
    },
  });
  const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (values.help || unknown.length > 0) {
    const own = BENCHES.find(({ name }) => name === positionals[0])?.help;
    console.error(unknown.length > 0 ? `No bench is named ${unknown.join(", ")}\n\n${HELP}` : own ?? HELP);
    return unknown.length > 0 ? 2 : 0;
  }
  const { whole, quick, help: _help, ...files } = values;
  if (Object.keys(files).length > 0 && positionals.join() !== whenBench.name) {
    const options = Object.keys(files).map((name) => `--${name}`).join(", ");
    console.error(`Only "when" takes ${options}: deno task bench when ${options}`);
    return 2;
  }
  const wanted = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const context = { ...files, whole, quick, say: (line: string) => console.error(line) };
  let failed = 0;
  for (const bench of wanted) failed += await runOne(bench, context) ? 0 : 1;
  return failed === 0 ? 0 : 1;
}

/** Runs one bench within its time; one that cannot be done is told, and the others go on. */
async function runOne(bench: Bench, context: Parameters<Bench["run"]>[0]): Promise<boolean> {
  const minutes = context.whole ? bench.minutesWhole ?? bench.minutes : bench.minutes;
  const release = guard(bench.name, minutes * 60_000);
  const machine = machineNow();
  try {
    const { report, versions } = await bench.run(context);
    const isKept = !context.quick && !context.data;
    await (isKept ? publish : print)(report, machine.done(versions));
    return true;
  } catch (error) {
    const isInput = error instanceof UnusableInputError;
    console.error(
      `${bench.name}: ${error instanceof Error && !isInput ? error.stack : error}`.replace(
        "UnusableInputError: ",
        "",
      ),
    );
    return false;
  } finally {
    await cleanUp();
    release();
  }
}

Deno.exit(await main());
