/** Asks again and again until the answer is yes. @returns false when time ran out */
export async function waitUntil(
  check: () => Promise<boolean>,
  { withinMs, everyMs }: { withinMs: number; everyMs: number },
): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!await check()) {
    if (performance.now() >= end) return false;
    await pause(everyMs);
  }
  return true;
}

export function pause(ms: number, { unref = false } = {}): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    if (unref) Deno.unrefTimer(timer);
  });
}

/** Settles as `promise` does, or with `undefined` once `ms` have passed. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((done) => void (timer = setTimeout(() => done(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
