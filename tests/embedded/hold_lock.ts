/** A program for the lock tests: `hold_lock.ts HOME` locks the home, says so, and stays. */
import { lockHome } from "../../src/embedded/lock.ts";

await lockHome(Deno.args[0], "2026-01-02T03:04:05.000Z");
console.log("locked");
await new Promise((_never) => setInterval(() => undefined, 60_000));
