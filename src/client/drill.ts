import { sleep } from "../core/deadline.ts";
import { DAY_MS } from "../core/time.ts";
import type { DrillRequest, RolloutDetail } from "../api/messages.ts";
import { ApiError, type Client } from "./client.ts";
import { systemClock } from "../core/clock.ts";

const LOOK_EVERY_MS = 500;

/** A drill did not end in time; its rollout goes on by itself. */
export class DrillRunningError extends Error {
  override name = "DrillRunningError";
  constructor(id: string, timeoutMs: number) {
    super(
      `Still running after ${
        timeoutMs / 1000
      } s: perennial rollouts show ${id}; to end it: perennial rollback ${id.split("/")[1]}`,
    );
  }
}

export interface DrillOptions extends DrillRequest {
  model: string;
  /** default: ten minutes */
  timeoutMs?: number;
  /** hears what each look came to */
  onLook?: (look: { asOf: string; text: string }) => void;
}

/**
 * Rolls out the serving version made worse on purpose, and waits until it is taken back. Where the clock stands still, as
 * in a demo, history is replayed for it: from the newest outcome that the serving version was trained on, whose rows
 * neither version has seen, in steps of two weeks.
 * @returns the rollout, ended   @throws {DrillRunningError} time ran out   @throws {ApiError} as the client
 */
export async function runDrill(client: Client, options: DrillOptions): Promise<RolloutDetail> {
  const { model, timeoutMs = 600_000, onLook, ...asked } = options;
  const { clock, asOf: now } = await client.status();
  const from = asked.asOf ?? (clock === "pinned" ? await unseenFrom(client, model) : undefined);
  const { rollout: id } = await client.drill(model, { ...asked, asOf: from });
  const endMs = systemClock() + timeoutMs;
  await begun(client, id, endMs, timeoutMs);
  if (from !== undefined) await replay(client, id, { from, to: now, onLook });
  for (let looksShown = 0;;) {
    const rollout = await client.rollout(id);
    for (const look of rollout.looks.filter(({ number }) => number > looksShown).reverse()) {
      if (from === undefined) onLook?.({ asOf: look.asOf, text: look.decision.text });
      looksShown = look.number;
    }
    if (rollout.state !== "running") return rollout;
    if (from !== undefined || systemClock() > endMs) throw new DrillRunningError(id, timeoutMs);
    await sleep(LOOK_EVERY_MS);
  }
}

/** The first day whose outcomes the serving version has not seen. */
async function unseenFrom(client: Client, model: string): Promise<string | undefined> {
  const { serving, versions } = await client.versions(model);
  const seen = versions.find(({ version }) => version === serving)?.manifest.served.labelledThrough;
  return seen && new Date(Math.ceil(Date.parse(seen) / DAY_MS) * DAY_MS).toISOString();
}

/** Waits until the rollout is there: its workflow begins it. */
async function begun(client: Client, id: string, endMs: number, timeoutMs: number): Promise<void> {
  while (true) {
    try {
      return void await client.rollout(id);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
    if (systemClock() > endMs) throw new DrillRunningError(id, timeoutMs);
    await sleep(LOOK_EVERY_MS);
  }
}

const STEP_DAYS = 14;

async function replay(
  client: Client,
  id: string,
  { from, to, onLook }: { from: string; to: string; onLook: DrillOptions["onLook"] },
): Promise<void> {
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += STEP_DAYS * DAY_MS) {
    const asOf = new Date(ms).toISOString();
    const { ended, text } = await client.lookAtRollout(id, { asOf, traffic: true });
    onLook?.({ asOf, text });
    if (ended) return;
  }
  const { text } = await client.lookAtRollout(id, { asOf: to, traffic: false });
  onLook?.({ asOf: to, text });
}
