/** A thread as ours are started, which tries what it must not be able to do, and tells what it could. */
const ATTEMPTS: Record<string, () => unknown> = {
  "ask another host": () => fetch("http://127.0.0.1:8999/"),
  "listen": () => Deno.listen({ port: 0 }).close(),
  "run a program": () => new Deno.Command("true").outputSync(),
  "write a file": () => Deno.writeTextFileSync("/tmp/perennial-thread", "x"),
  "read another folder": () => Deno.readTextFileSync("/etc/hostname"),
  "load a library": () => Deno.dlopen("libc.so.6", {}),
};

const could: string[] = [];
for (const [what, attempt] of Object.entries(ATTEMPTS)) {
  try {
    await attempt();
    could.push(what);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) could.push(`${what}: ${error}`);
  }
}
(self as unknown as { postMessage(value: unknown): void }).postMessage(could);
