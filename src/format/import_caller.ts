/** In whose name events that were imported ask for a check; the retrainer's workflow knows it by this. */
export const IMPORT = "an import";
