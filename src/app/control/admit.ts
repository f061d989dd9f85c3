import { ConflictError } from "../../core/errors.ts";
import { type AuditEntry, writeAudit } from "../../db/access/audit.ts";
import { pruneSignatures, useSignature } from "../../db/access/signal_uses.ts";
import { saveDesired } from "../../db/cycles/retrainers.ts";
import { inTransaction, type Sql } from "../../db/connect.ts";
import { isRetired } from "../../db/models/retired.ts";
import { checkSignature, SIGNATURE_VALID_MS, type SignatureState } from "../../security/signals.ts";

/** Who sent a signal that Perennial did not sign. */
export const UNKNOWN_CALLER = "a Temporal signal by an unknown caller";

/** What a worker goes by when a signal arrives. */
export interface SignalPolicy {
  key: Uint8Array;
  /** whether signals without a signature are obeyed: anybody who reaches Temporal can send them */
  obeyUnsigned: boolean;
}

/** A signal as it was heard; nothing of it is trusted but `receipt`, which the workflow made. */
export interface HeardSignal {
  /** made when it was heard, the same at each retry */
  receipt: string;
  model: string;
  action: "start" | "stop" | "force";
  requestId: string;
  by: string;
  why: string;
  running?: "finish" | "cancel";
  signedAt?: unknown;
  signature?: unknown;
}

/** Whether a signal is obeyed, and who sent it. */
export interface Admission {
  obey: boolean;
  by: string;
}

const REFUSED: Readonly<Record<Exclude<SignatureState, "valid" | "none">, string>> = {
  wrong: "its signature is not Perennial's",
  stale: "its signature is too old, or of the future",
};

/**
 * Decides about a signal to a retrainer, and writes it down. One that Perennial signed is obeyed once; one without a
 * signature is an unknown caller's, whatever name it gives; one with a wrong, old or used signature is refused.
 */
export function admitSignal(
  sql: Sql,
  { key, obeyUnsigned }: SignalPolicy,
  signal: HeardSignal,
  nowMs: number,
): Promise<Admission> {
  const { receipt, signature, signedAt, model, action } = signal;
  const state = checkSignature(key, signedContent(signal), { signedAt, signature, nowMs });
  return inTransaction(sql, async (tx) => {
    await pruneSignatures(tx, { olderThanMs: nowMs - 2 * SIGNATURE_VALID_MS });
    if (action !== "stop" && await isRetired(tx, model)) {
      return await refuse(tx, signal, "the model is retired");
    }
    if (state === "none") return await noteUnsigned(tx, signal, obeyUnsigned);
    if (state !== "valid") return await refuse(tx, signal, REFUSED[state]);
    if (!await useSignature(tx, { signature: String(signature), receipt })) {
      return await refuse(tx, signal, "its signature was used before");
    }
    const { requestId, by: who, why } = signal;
    await writeAudit(tx, { requestId: `${requestId}/${model}`, who, action, target: model, why });
    await noteDesired(tx, signal);
    return { obey: true, by: who };
  });
}

/** Keeps what people want of the automatic checks: a workflow that is lost is begun again by it. */
async function noteDesired(tx: Sql, { model, action }: HeardSignal): Promise<void> {
  if (action !== "force") await saveDesired(tx, model, action === "start");
}

/** Returns what the signature of a signal to a retrainer covers. */
export function signedContent({ model, action, requestId, by, why, running }: Omit<HeardSignal, "receipt">) {
  return {
    workflow: `retrainer/${model}`,
    name: action,
    content: { requestId, by, why, ...running === undefined ? {} : { running } },
  };
}

/** An unknown caller's words stay in the audit as what they are: a claim. */
const entryOf = (
  { receipt, model, action, requestId, by, why }: HeardSignal,
  after: Record<string, unknown>,
): AuditEntry => ({
  requestId: `signal/${receipt}/${model}`, // never the one it claims: that could stand in the way of a real request
  who: UNKNOWN_CALLER,
  action,
  target: model,
  why,
  after: { ...after, claims: { requestId, by } },
});

async function noteUnsigned(tx: Sql, signal: HeardSignal, obeyed: boolean): Promise<Admission> {
  await writeAudit(tx, entryOf(signal, { signed: false, obeyed }));
  if (obeyed) await noteDesired(tx, signal);
  return { obey: obeyed, by: UNKNOWN_CALLER };
}

async function refuse(tx: Sql, signal: HeardSignal, refused: string): Promise<Admission> {
  await writeAudit(tx, entryOf(signal, { obeyed: false, refused }));
  return { obey: false, by: UNKNOWN_CALLER };
}

/** A rollout that is begun by hand; nothing of it is trusted until its signature is checked. */
interface AskedRollout {
  id: string;
  model: string;
  requestId: string;
  by: string;
  why: string;
  version: unknown;
  signedAt?: string;
  signature?: string;
}

/**
 * Returns a rollout by hand with who really began it: whoever can reach Temporal can start its workflow under any name.
 * @throws {ConflictError} its signature does not hold, or it has none and such are not obeyed here
 */
export async function admitRollout<R extends AskedRollout>(
  sql: Sql,
  { key, obeyUnsigned }: SignalPolicy,
  asked: R,
  nowMs: number,
): Promise<R> {
  const { signedAt, signature, ...content } = asked;
  const signed = { workflow: asked.id, name: "begin rollout", content };
  const state = checkSignature(key, signed, { signedAt, signature, nowMs });
  if (state === "valid") return asked;
  const obeyed = state === "none" && obeyUnsigned;
  const { id, model, version, why, requestId, by } = asked;
  await writeAudit(sql, {
    requestId: `workflow/${id}`.slice(0, 500),
    who: UNKNOWN_CALLER,
    action: "roll out",
    target: model,
    why,
    after: { rollout: id, version, obeyed, signature: state, claims: { requestId, by } },
  });
  if (!obeyed) {
    throw new ConflictError(`Cannot begin ${id}: ${UNKNOWN_CALLER} asked for it (signature: ${state})`);
  }
  return { ...asked, by: UNKNOWN_CALLER };
}
