import { DefaultFailureConverter } from "@temporalio/common";

/** Keeps messages and traces of errors out of what Temporal reads: they become payloads, which the codec encrypts. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
