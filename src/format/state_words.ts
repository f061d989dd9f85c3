/**
 * The word that people read for a state, on pages, in the terminal and in alerts alike. The API, files and the database
 * keep the values; what is not listed here reads as it is.
 */
const WORDS: Readonly<Record<string, string>> = {
  // health of a model
  "slipped": "degraded",
  // answers of a check, of monitoring and of a comparison
  "cannot tell yet": "not enough data",
  "cannot tell": "not enough data",
  "wait": "waiting for data",
  "keep collecting": "waiting for data",
  "holds": "stable",
  "fell": "degraded",
  "stable": "no drift",
  "drifted": "drift",
  "sound": "no findings",
  "passing": "temporary",
  "over": "resolved",
  // decisions of a rollout
  "go on": "continue",
  // status of a version
  "candidate": "not deployed",
  "retired": "retired (can be restored)",
  "drill": "drill: deliberately degraded",
};

/** Returns the word that people read for a state: "cannot tell yet" reads "not enough data". */
export const stateWord = (state: string): string => WORDS[state] ?? state;
