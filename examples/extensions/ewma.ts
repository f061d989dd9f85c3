import { defineStreamDetector, type StreamDetector } from "perennial";

const WEIGHT = 0.05;
const LEARN = 200;
const SIGMAS = 4;

interface State {
  seen: number;
  mean: number;
  squares: number;
  smooth: number;
}

/** Watches the exponentially weighted mean of errors, which leaves its usual band soon after they grow or shrink. */
function watch(s: State): StreamDetector {
  return {
    name: "ewma",
    get seen() {
      return s.seen;
    },
    update(x) {
      s.seen++;
      const step = x - s.mean;
      s.mean += step / s.seen;
      s.squares += step * (x - s.mean);
      s.smooth = s.seen === 1 ? x : (1 - WEIGHT) * s.smooth + WEIGHT * x;
      if (s.seen < LEARN) return null;
      const width = SIGMAS * Math.sqrt(s.squares / s.seen * WEIGHT / (2 - WEIGHT));
      if (Math.abs(s.smooth - s.mean) <= width) return null;
      const alarm = s.smooth > s.mean ? "up" : "down";
      s = { seen: 0, mean: 0, squares: 0, smooth: 0 }; // begins anew
      return alarm;
    },
    state: () => ({ ...s }),
  };
}

export default defineStreamDetector({
  name: "ewma",
  budgeted: false, // its false alarms do not follow from runLength
  kinds: ["binary", "real"],
  source: "Roberts, Control Chart Tests Based on Geometric Moving Averages (Technometrics 1959)",
  create: () => watch({ seen: 0, mean: 0, squares: 0, smooth: 0 }),
  restore: (state) => watch({ ...state as State }),
});
