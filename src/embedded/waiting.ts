import { sleep } from "../core/deadline.ts";

/** Asks again and again until the answer is yes. @returns false when time ran out */
export async function waitUntil(
  check: () => Promise<boolean>,
  { withinMs, everyMs }: { withinMs: number; everyMs: number },
): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!await check()) {
    if (performance.now() >= end) return false;
    await sleep(everyMs);
  }
  return true;
}
