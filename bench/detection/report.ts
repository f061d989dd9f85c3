import { whole } from "../shared/figures.ts";
import type { Report, Table } from "../shared/report.ts";
import { OURS, OURS_ALONE, type Outcome, type Sums, sumUp } from "./compare.ts";
import type { RunLength } from "./run_length.ts";

export interface Findings {
  readonly outcomes: readonly Outcome[];
  readonly compared: number;
  readonly differing: readonly string[];
  readonly runLengths: readonly RunLength[];
  /** numbers per second */
  readonly speeds: { readonly ours: Record<string, number>; readonly river: Record<string, number> };
}

const rows = (value: number | null) => value === null ? "-" : whole(value);
const detectorsIn = (outcomes: readonly Outcome[]) => [...new Set(outcomes.map(({ detector }) => detector))];
const only = (outcomes: readonly Outcome[], detector: string) =>
  outcomes.filter((one) => one.detector === detector);

export function reportOf(findings: Findings): Report {
  const { outcomes, compared, differing } = findings;
  const of = (groups: readonly string[], kind: "classes" | "quantities") =>
    outcomes.filter(({ group, family }) =>
      groups.includes(group) && family.startsWith("Friedman") === (kind === "quantities")
    );
  return {
    name: "detection",
    title: "Streaming detectors: delay, missed changes, false alarms",
    method:
      "Streams by river's generators (bench/detection/make_streams.py; seeds there). A model learns from the first tenth of " +
      "each, as `perennial detect` does, and learns no more; its errors on the rest go to every detector, the same numbers " +
      "in the same run. Ours has a run length of 100 times the errors, so about one still stream in a hundred ends with a " +
      "false alarm; river's have their defaults. Found: the first alarm from a change on, before the next; any other is " +
      "false, or repeated while a gradual change goes on. `ours` also knows which answer the model gave, as in the product; " +
      "`errors alone` knows what river's know.",
    tables: [
      detectorTable("Abrupt changes, 0/1 errors", of(["abrupt"], "classes")),
      detectorTable("Gradual changes, 0/1 errors", of(["gradual"], "classes")),
      detectorTable("Abrupt and gradual changes, absolute errors", of(["abrupt", "gradual"], "quantities")),
      stillTable("No change, 0/1 errors", of(["none"], "classes")),
      stillTable("No change, absolute errors", of(["none"], "quantities")),
      familyTable(outcomes),
      runLengthTable(findings.runLengths),
      speedTable(findings.speeds),
    ],
    notes: [
      ...acceptance(outcomes),
      "A model that learns no more is wrong about as often after a second or third change as before it: only who gets the " +
      "errors changes, which is why the answers matter.",
      `ADWIN, Page-Hinkley and DDM of the product speak at river's very numbers in ${
        compared - differing.length
      } of ${compared} comparisons${differing.length > 0 ? `; NOT on ${differing.join(", ")}` : ""}.`,
      "Not every change can be seen: where the model's errors are as many before as after for each answer, no detector of " +
      "errors can find it.",
      "ADWIN's risk is stated for numbers in [0, 1] only; on absolute errors it promises nothing. Ours reads of them only " +
      "which levels they exceed, so that no tail breaks its run length; where tails are light, that costs some speed.",
    ],
    figures: { ...findings, outcomes: outcomes.map(inShort) },
  };
}

/** An outcome without the rows of each alarm. */
const inShort = ({ detector, stream, errors, judged }: Outcome) => ({
  detector,
  stream,
  errors,
  delays: judged.delays.join(" "),
  falseAlarms: judged.falseAlarms.length,
  repeated: judged.repeated.length,
});

/** What became of the streams that the acceptance names. */
function acceptance(outcomes: readonly Outcome[]): string[] {
  return only(outcomes, OURS).filter(({ family }) => family.endsWith("as issued")).map(
    ({ family, judged }) => {
      const delays = judged.delays.map((delay) => delay === null ? "missed" : whole(delay)).join(", ");
      return `${family}, ours: rows until found ${delays}; ${judged.falseAlarms.length} false alarms.`;
    },
  );
}

function detectorTable(title: string, outcomes: readonly Outcome[]): Table {
  return {
    title,
    head: [
      "",
      "found",
      "rows until found",
      "missed counted as all their rows",
      "false alarms",
      "rows per false",
      "repeated",
    ],
    rows: detectorsIn(outcomes).map((detector) => {
      const sums = sumUp(only(outcomes, detector));
      return [
        detector,
        `${sums.found} of ${sums.changes}`,
        rows(sums.delay),
        rows(sums.waited),
        whole(sums.falseAlarms),
        perFalse(sums),
        whole(sums.repeated),
      ];
    }),
  };
}

const perFalse = ({ falseAlarms, errors }: Sums) =>
  falseAlarms > 0 ? whole(errors / falseAlarms) : `none in ${whole(errors)}`;

function stillTable(title: string, outcomes: readonly Outcome[]): Table {
  return {
    title,
    head: ["", "streams with a false alarm", "false alarms", "rows per false"],
    rows: detectorsIn(outcomes).map((detector) => {
      const sums = sumUp(only(outcomes, detector));
      return [detector, `${sums.disturbed} of ${sums.streams}`, whole(sums.falseAlarms), perFalse(sums)];
    }),
  };
}

/** Ours beside the best known, per family; found and mean rows, missed counted as all their rows. */
function familyTable(outcomes: readonly Outcome[]): Table {
  const changing = outcomes.filter(({ group }) => group !== "none");
  const names = [...new Set(changing.map(({ family, group }) => `${family}, ${group}`))];
  const shown = [OURS, OURS_ALONE, "adwin", "page-hinkley"];
  return {
    title: "Per family: found, and rows until found with missed ones counted as all their rows",
    head: ["", ...shown],
    rows: names.map((name) => [
      name,
      ...shown.map((detector) => {
        const { found, changes, waited } = sumUp(
          only(changing, detector).filter(({ family, group }) => `${family}, ${group}` === name),
        );
        return `${found} of ${changes}, ${rows(waited)}`;
      }),
    ]),
  };
}

function runLengthTable(runLengths: readonly RunLength[]): Table {
  return {
    title: "Mean time to a false alarm of ours on numbers that do not change (95 % interval)",
    head: ["", "asked for", "found", "interval", "runs"],
    rows: runLengths.map(({ name, asked, mean, low, high, runs }) => [
      name,
      whole(asked),
      whole(mean),
      `${whole(low)} to ${whole(high)}`,
      String(runs),
    ]),
  };
}

function speedTable({ ours, river }: Findings["speeds"]): Table {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(river)])];
  return {
    title: "0/1 numbers per second, one core; river as called from Python",
    head: ["", "Perennial", "river", "ratio"],
    rows: names.map((name) => [
      name,
      name in ours ? whole(ours[name]) : "-",
      name in river ? whole(river[name]) : "-",
      name in ours && name in river ? (ours[name] / river[name]).toPrecision(2) : "-",
    ]),
  };
}
