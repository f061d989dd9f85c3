import { sleep, waitAtMost } from "../core/deadline.ts";

interface SilenceOptions {
  afterMs: number;
  everyMs: number;
  /** ends the looks */
  signal: AbortSignal;
}

/**
 * Settles with "silent" once nobody has answered for so long. A look whose own timer was late says nothing: then it is this
 * process that had no time.
 */
export async function untilSilent(
  answers: () => Promise<boolean>,
  { afterMs, everyMs, signal }: SilenceOptions,
): Promise<"silent"> {
  let silentMs = 0;
  while (!signal.aborted) {
    const begunMs = performance.now();
    await sleep(everyMs, { unref: true });
    const wasLate = performance.now() - begunMs > 2 * everyMs;
    if (signal.aborted) break;
    const answered = await waitAtMost(answers().catch(() => false), everyMs);
    silentMs = answered || wasLate ? 0 : silentMs + (performance.now() - begunMs);
    if (silentMs >= afterMs) return "silent";
  }
  return await new Promise<never>(() => undefined);
}
