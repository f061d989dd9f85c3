import { npxGone } from "./npx.ts";

/** Ctrl-C and SIGTERM, heard until `end()`. */
interface Interrupt {
  signal: AbortSignal;
  /** Settles at the first of them. */
  asked: Promise<void>;
  end(): void;
}

/** Ctrl-C reaches everything in a terminal, and `deno task` passes it on once more: so soon, both are one. */
const RELAYED_WITHIN_MS = 500;

/**
 * Hears the first Ctrl-C or SIGTERM, so that what runs can end cleanly; a second one ends the process at once. An npx
 * above that has gone counts as a SIGTERM, for it passes none on.
 */
export function untilInterrupted(env: Readonly<Record<string, string | undefined>> = {}): Interrupt {
  const controller = new AbortController();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  let askedMs = 0;
  const interrupt = () => {
    if (controller.signal.aborted) {
      if (performance.now() - askedMs < RELAYED_WITHIN_MS) return;
      Deno.exit(130);
    }
    askedMs = performance.now();
    controller.abort(new Error("Interrupted; the same command goes on where it left off"));
    resolve();
  };
  void npxGone(env).then(() => {
    if (!controller.signal.aborted) interrupt();
  });
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  return {
    signal: controller.signal,
    asked,
    end: () => signals.forEach((signal) => Deno.removeSignalListener(signal, interrupt)),
  };
}
