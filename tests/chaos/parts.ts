/** Each part of a running installation is killed, or stands still, while events come in. */
import assert from "node:assert/strict";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { withFolder } from "../embedded/support.ts";
import { newPlace, type Place, RunningInstallation } from "./installation.ts";

const COMES_BACK_WITHIN_MS = 180_000;

/** What happens to which part. A part that stands still is never woken: its supervisor has to see it. */
const BLOWS: readonly { part: "Postgres" | "Temporal" | "all of it"; signal: "SIGKILL" | "SIGSTOP" }[] = [
  { part: "Postgres", signal: "SIGKILL" },
  { part: "Temporal", signal: "SIGKILL" },
  { part: "Postgres", signal: "SIGSTOP" },
  { part: "Temporal", signal: "SIGSTOP" },
  { part: "all of it", signal: "SIGKILL" },
];

/** Strikes each part in turn, and checks that what was acknowledged is there, once. */
export function killParts(say: (line: string) => void): Promise<void> {
  return withFolder(async (state) => {
    const place = await newPlace(state);
    let installation = await RunningInstallation.start(place);
    const sender = new Sender();
    try {
      for (const { part, signal } of BLOWS) {
        await sender.send(installation);
        const begunMs = performance.now();
        if (part === "all of it") {
          await installation.kill();
          installation = await RunningInstallation.start(place);
        } else {
          const pidNow = () => part === "Postgres" ? installation.postgresPid() : installation.temporalPid();
          const pid = await pidNow();
          Deno.kill(pid!, signal);
          // one that died may be back before a probe gives up on it
          const isNoticed = async () => !await isReady(place) || await pidNow() !== pid;
          assert.ok(
            await waitUntil(isNoticed, { withinMs: 60_000, everyMs: 50 }),
            `/readyz or the supervisor notices that ${part} is gone`,
          );
        }
        const isBack = async () => await isReady(place) && await sender.send(installation);
        const inTime = await waitUntil(isBack, { withinMs: COMES_BACK_WITHIN_MS, everyMs: 100 });
        assert.ok(inTime, `${part}, ${signal}:\n${installation.process.output()}`);
        say(`  ${part}, ${signal}: back after ${((performance.now() - begunMs) / 1000).toFixed(1)} s`);
      }
      await checkStored(installation, sender.acknowledged);
    } finally {
      await installation.kill();
    }
  });
}

const isReady = ({ url }: Place): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) }).then(async (answer) => {
    await answer.body?.cancel();
    return answer.ok;
  }, () => false);

/** Sends events, and remembers what was promised. */
class Sender {
  readonly acknowledged: string[] = [];
  #batch = 0;

  /** @returns whether they were taken */
  async send(installation: RunningInstallation): Promise<boolean> {
    const batch = this.#batch++;
    const time = new Date().toISOString();
    const events = Array.from({ length: 20 }, (_, i) => (
      { id: `${batch}-${i}`, type: "view", user: `shopper ${i}`, product: "tea", time }
    ));
    const answer = await installation.post("/events", events).catch(() => null);
    const isTaken = answer?.ok ?? false;
    await answer?.body?.cancel();
    if (isTaken) this.acknowledged.push(...events.map(({ id }) => id));
    return isTaken;
  }
}

async function checkStored(
  installation: RunningInstallation,
  acknowledged: readonly string[],
): Promise<void> {
  const { sql } = installation;
  const [{ stored }] = await sql`select count(*)::int as stored from events
    where event_id = any(${acknowledged as string[]})`;
  assert.equal(stored, acknowledged.length, "what was acknowledged is there");
  const [{ events, counted }] = await sql`select (select count(*)::int from events) as events,
    (select sum(events)::int from day_counts) as counted`;
  assert.equal(counted, events, "each is rolled up once");
}
