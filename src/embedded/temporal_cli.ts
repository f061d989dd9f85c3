import { runProgram } from "./programs.ts";
import { SEARCH_ATTRIBUTES } from "./temporal_namespace.ts";

/**
 * The embedded server's own command line (50 ms a question): the SDK would do it with
 * Deno's HTTP/2 client, which can crash the process when a server goes away (docs/decisions/0001).
 */
export interface TemporalCli {
  bin: string;
  /** `host:port`. */
  address: string;
}

/** Whether a Temporal frontend answers there and says that it serves. */
export async function isServing({ bin, address }: TemporalCli): Promise<boolean> {
  if (!await listens(address)) return false; // spares a process for each look while it starts
  return (await ask({ bin, address }, ["operator", "cluster", "health"])).output.includes("SERVING");
}

/**
 * Makes sure that a namespace has Perennial's search attributes. The server's own start option sets them in a new
 * database only.
 * @throws {Error} the server refuses
 */
export async function addSearchAttributes(cli: TemporalCli, namespace: string): Promise<void> {
  const names = SEARCH_ATTRIBUTES.flatMap((name) => ["--name", name, "--type", "Keyword"]);
  await mustAsk(cli, ["operator", "search-attribute", "create", "--namespace", namespace, ...names]);
}

/** Makes a namespace that keeps closed workflows for a day. @throws {Error} the server refuses */
export async function createNamespace(cli: TemporalCli, namespace: string): Promise<void> {
  await mustAsk(cli, ["operator", "namespace", "create", "--namespace", namespace, "--retention", "1d"]);
  await addSearchAttributes(cli, namespace);
}

async function mustAsk(cli: TemporalCli, args: string[]): Promise<void> {
  const { ok, output } = await ask(cli, args);
  if (!ok) throw new Error(`Temporal at ${cli.address} refuses "${args.slice(0, 3).join(" ")}": ${output}`);
}

/** Without our environment: a person's own client settings are meant for other servers. */
function ask({ bin, address }: TemporalCli, args: string[]): Promise<{ ok: boolean; output: string }> {
  return runProgram(bin, [...args, "--address", address, "--command-timeout", "10s"], {
    timeoutMs: 15_000,
    env: { HOME: "/nonexistent" }, // it wants a home, to look for a settings file in
    clearEnv: true,
  });
}

async function listens(address: string): Promise<boolean> {
  const [hostname, port] = address.split(":");
  try {
    (await Deno.connect({ hostname, port: Number(port) })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}
