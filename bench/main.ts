/**
 * Figures, measured in one run beside those they are compared with: `deno task bench [NAME ...] [--whole] [--quick]`.
 * Prints each report and keeps it in `bench/results`. Not a test: nothing fails because a machine was slow.
 */
import { parseArgs } from "node:util";
import { driftSpeedBench } from "./drift_speed.ts";
import { detectionBench } from "./detection/mod.ts";
import { falseAlarmsBench } from "./false_alarms/mod.ts";
import { forceBench } from "./force.ts";
import { incidentsBench } from "./incidents/mod.ts";
import { ingestBench } from "./ingest/mod.ts";
import { overheadBench } from "./overhead/mod.ts";
import { qualityBench } from "./quality/mod.ts";
import { rolloutBench } from "./rollout/mod.ts";
import { servingBench } from "./serving/mod.ts";
import type { Bench } from "./shared/bench.ts";
import { cleanUp, guard } from "./shared/cleanup.ts";
import { machineNow } from "./shared/machine.ts";
import { print, publish } from "./shared/report.ts";

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
];

const HELP = `deno task bench [NAME ...] [--whole] [--quick]

${BENCHES.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join("\n")}

Left out: all of them. --whole: quality on the whole data set too, false-alarms with 200 runs. --quick: small sizes, to
see that the benches themselves work; prints, but keeps nothing.

incidents reads INCIDENTS_STARTS (10) and INCIDENTS_DRAWS (2 of each kind at each start), INCIDENTS_MINUTES (no limit; what
was drawn by then is reported), INCIDENTS_PART (shop, clicks or dated alone), and INCIDENTS_CSV, the file of dated incidents.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      whole: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
  const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (values.help || unknown.length > 0) {
    console.error(unknown.length > 0 ? `No bench is named ${unknown.join(", ")}\n\n${HELP}` : HELP);
    return unknown.length > 0 ? 2 : 0;
  }
  const wanted = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const context = { whole: values.whole, quick: values.quick, say: (line: string) => console.error(line) };
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
    await (context.quick ? print : publish)(report, machine.done(versions));
    return true;
  } catch (error) {
    console.error(`${bench.name}: ${error instanceof Error ? error.stack : error}`);
    return false;
  } finally {
    await cleanUp();
    release();
  }
}

Deno.exit(await main());
