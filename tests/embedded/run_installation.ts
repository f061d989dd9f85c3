/**
 * A program for the crash tests: `run_installation.ts HOME CACHE PORTS` starts an installation, prints one line of
 * JSON and stays until it is killed.
 */
import { startInstallation } from "../../src/embedded/installation.ts";

const [home, cache, ports] = Deno.args;
const { databaseUrl, temporalAddress } = await startInstallation({
  home,
  cache,
  env: Deno.env.toObject(),
  uid: Deno.uid(),
  ports: JSON.parse(ports),
  log: (line) => console.error(line),
});
console.log(JSON.stringify({ databaseUrl, temporalAddress }));
await new Promise((_never) => setInterval(() => undefined, 60_000));
