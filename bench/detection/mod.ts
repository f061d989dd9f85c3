import { STREAM_DETECTORS } from "../../src/drift/stream/mod.ts";
import type { Bench } from "../shared/bench.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { compareAll } from "./compare.ts";
import { reportOf } from "./report.ts";
import { runLengthOn, STILL } from "./run_length.ts";
import { askRiver, learnStreams, makeStreams, pythonWithRiver, speedNumbers } from "./streams.ts";

/** Sizes of the streams; run lengths, each with how many runs; numbers to measure speed on. */
const FULL = {
  streams: { rows: 20_000, seeds: 5, control_seeds: 8, issued: true },
  runLengths: [[1000, 1000], [10_000, 200]],
  speed: 200_000,
} as const;
const QUICK = {
  streams: { rows: 4000, seeds: 1, control_seeds: 1, issued: false },
  runLengths: [[200, 20]],
  speed: 5000,
} as const;

export const detectionBench: Bench = {
  name: "detection",
  about: "drift detectors on the errors of a model: delay, misses and false alarms beside river's",
  minutes: 90,
  async run({ say, quick }) {
    const size = quick ? QUICK : FULL;
    const python = await pythonWithRiver(say);
    const folder = await temporaryFolder();
    try {
      say("detection: making the streams");
      const made = await makeStreams(python, folder.path, size.streams);
      const streams = await learnStreams(made, say);
      say("detection: river's detectors");
      const speed = speedNumbers(size.speed);
      const withinMs = 60 * 60_000;
      const river = await askRiver(python, streams, { folder: folder.path, speed, withinMs });
      const compared = compareAll(streams, river);
      say("detection: run lengths");
      const runLengths = size.runLengths.flatMap(([asked, runs]) =>
        STILL.map((still) => runLengthOn(still, asked, runs))
      );
      const speeds = { ours: ourSpeeds(speed), river: river.speeds };
      return { report: reportOf({ ...compared, runLengths, speeds }), versions: made.versions };
    } finally {
      await folder.remove();
    }
  },
};

/** Numbers per second of each detector of ours. */
function ourSpeeds(numbers: readonly number[]): Record<string, number> {
  return Object.fromEntries(STREAM_DETECTORS.map((kind) => {
    const detector = kind.create({ kind: "binary", runLength: 1e9, seed: 1 });
    const begun = performance.now();
    for (const x of numbers) detector.update(x);
    return [kind.name, numbers.length / (performance.now() - begun) * 1000];
  }));
}
