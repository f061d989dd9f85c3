/**
 * Sends requests at a fixed rate, whether or not answers come, and measures each from the moment it was due: what waits
 * for a free connection counts. Its own process: `deno run pace.ts JOB`, prints JSON.
 */
import { CONNECTIONS, type Load, type Target } from "./wrk.ts";

export interface PaceJob extends Target {
  perSecond: number;
  seconds: number;
}

/** Has another process send them. @throws {Error} an answer was not 200 */
export async function pacedLoad(job: PaceJob): Promise<Load> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", "--allow-read", import.meta.url, JSON.stringify(job)],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot load ${job.url} at ${job.perSecond} requests per second`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

const HEAD_END = new TextEncoder().encode("\r\n\r\n");

/** Writes a request and reads its answer to the end. */
async function exchange(connection: Deno.TcpConn, request: Uint8Array, buffer: Uint8Array): Promise<void> {
  for (let sent = 0; sent < request.length;) sent += await connection.write(request.subarray(sent));
  let have = 0, need = Infinity;
  while (have < need) {
    const read = await connection.read(buffer.subarray(have));
    if (read === null) throw new Error("The server hung up");
    have += read;
    if (need === Infinity) need = lengthOf(buffer.subarray(0, have));
  }
}

/** Length of the whole answer, once its head is there. */
function lengthOf(bytes: Uint8Array): number {
  const end = bytes.findIndex((byte, i) => byte === 13 && HEAD_END.every((mark, k) => bytes[i + k] === mark));
  if (end < 0) return Infinity;
  const head = new TextDecoder().decode(bytes.subarray(0, end));
  if (!head.startsWith("HTTP/1.1 200")) throw new Error(`The server answered: ${head.split("\r\n")[0]}`);
  return end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
}

async function pace({ url, bodies, apiKey, perSecond, seconds }: PaceJob): Promise<Load> {
  const { hostname, port, host, pathname } = new URL(url);
  const requests = (await Deno.readTextFile(bodies)).trim().split("\n").map((body) =>
    new TextEncoder().encode(
      `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${apiKey}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${
          new TextEncoder().encode(body).length
        }\r\n\r\n${body}`,
    )
  );
  const due: number[] = [], latencies: number[] = [], idle: (() => void)[] = [];
  const started = performance.now(), total = Math.round(perSecond * seconds);
  let issued = 0, ended = false;
  const work = async () => {
    const connection = await Deno.connect({ hostname, port: Number(port) }), buffer = new Uint8Array(1 << 20);
    connection.setNoDelay();
    while (!ended || due.length > 0) {
      const dueMs = due.shift();
      if (dueMs === undefined) await new Promise<void>((go) => idle.push(go));
      else {
        await exchange(connection, requests[issued++ % requests.length], buffer);
        latencies.push(performance.now() - dueMs);
      }
    }
    connection.close();
  };
  const workers = Array.from({ length: CONNECTIONS }, work);
  for (let planned = 0; planned < total;) {
    await new Promise((done) => setTimeout(done, 1));
    const now = performance.now();
    for (; planned < total && started + planned * 1000 / perSecond <= now; planned++) {
      due.push(started + planned * 1000 / perSecond);
      idle.shift()?.();
    }
  }
  ended = true;
  idle.splice(0).forEach((go) => go());
  await Promise.all(workers);
  const sorted = latencies.toSorted((a, b) => a - b),
    at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))];
  const perSecondDone = sorted.length / ((performance.now() - started) / 1000);
  return { perSecond: perSecondDone, p50: at(0.5), p99: at(0.99), requests: sorted.length };
}

if (import.meta.main) console.log(JSON.stringify(await pace(JSON.parse(Deno.args[0]))));
