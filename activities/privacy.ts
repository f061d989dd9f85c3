import { canonicalJson } from "../src/core/hash.ts";
import { recordChange } from "../src/app/control/outbox.ts";
import { REMEMBERED_MS } from "../src/app/people/keys.ts";
import { filesHolding, listsNaming, redactFiles } from "../src/app/people/redact_files.ts";
import { dropBlocksOf, trainedOn } from "../src/db/people/trained_on.ts";
import { currentConfig } from "../src/db/config/config_versions.ts";
import { inTransaction } from "../src/db/connect.ts";
import { inSerializableTransaction } from "../src/db/retry.ts";
import { eraseRows, forgetPerson, purgeErased, purgeTables, replaceKey } from "../src/db/people/erase.ts";
import {
  advancePrivacyRequest,
  endPrivacyRequest,
  forgetSubject,
  getPrivacyRequest,
  personOf,
} from "../src/db/people/privacy_requests.ts";
import { namesBefore, redactionHead, redactionsOf } from "../src/db/people/redactions.ts";
import type { FileArtefacts } from "../src/registry/artefacts.ts";
import type { ActivityDeps } from "./deps.ts";

export interface PrivacyDeps extends Pick<ActivityDeps, "sql" | "clock" | "models" | "signing"> {
  store: FileArtefacts;
  /** how long any process may remember a shopper that was looked up; left out: as long as they do */
  rememberedMs?: number;
}

/** Activities are told a request, never a person: what they are told stands in Temporal. */
type Asked = { request: string };

/** Carries out what persons ask for by their rights. Each step can be repeated. */
export const createPrivacyActivities = (deps: PrivacyDeps) => ({
  /** Takes the person off the map. @returns how long processes may still remember them */
  async forgetPerson({ request }: Asked): Promise<{ settleMs: number }> {
    const { sql, rememberedMs = REMEMBERED_MS } = deps;
    const key = await personOf(sql, { id: request, kind: "erasure" });
    if (key !== null) await forgetPerson(sql, key);
    return { settleMs: rememberedMs };
  },

  /** Deletes the person's rows, and replaces their key where it stands in others. */
  async erasePersonRows({ request }: Asked): Promise<void> {
    const { sql } = deps;
    const key = await personOf(sql, { id: request, kind: "erasure" });
    if (key === null) return;
    const fresh = crypto.randomUUID();
    await inSerializableTransaction(sql, async (tx) => {
      await advancePrivacyRequest(tx, request, { stage: "rows", found: await eraseRows(tx, key) });
    });
    const { replaced, tables, kept } = await replaceKey(sql, { key, fresh });
    await purgeTables(sql, tables);
    await inTransaction(
      sql,
      (tx) =>
        advancePrivacyRequest(tx, request, { stage: "rows", found: { otherRows: replaced, keptRows: kept } }),
    );
  },

  /** Takes the person out of sealed files, and forgets the blocks that they were in, so that others are built. */
  async redactPersonFiles({ request }: Asked): Promise<void> {
    const { sql, store, clock } = deps;
    const key = await personOf(sql, { id: request, kind: "erasure" });
    if (key === null) return;
    const files = await redactFiles({ sql, store }, { request, key, atMs: clock() });
    const redactions = await redactionsOf(sql, request);
    await dropBlocksOf(sql, await blocksOf(deps, redactions.map(({ fromSha256 }) => fromSha256)));
    await inTransaction(
      sql,
      (tx) => advancePrivacyRequest(tx, request, { stage: "files", found: { files } }),
    );
  },

  /** Forgets the blocks that a person is in who objects, so that others are built without them. */
  async dropPersonBlocks({ request }: Asked): Promise<void> {
    const { sql, store } = deps;
    const key = await personOf(sql, { id: request, kind: "objection" });
    if (key === null) return;
    await dropBlocksOf(sql, await blocksOf(deps, await filesHolding(store, key)));
  },

  /** Has the models trained again that were trained on the person, where the settings say so; then signs the receipt. */
  async closePrivacyRequest({ request }: Asked): Promise<void> {
    const { sql, clock, signing, models } = deps;
    const asked = await getPrivacyRequest(sql, request);
    if (asked.endedAt !== null) return;
    await forgetSubject(sql, request);
    const isErasure = asked.kind === "erasure";
    const files = isErasure ? await purgeErased(sql) : null;
    const redactions = await redactionsOf(sql, request);
    const seen = await trainedOn(sql, await blocksOf(deps, redactions.map(({ fromSha256 }) => fromSha256)));
    const { after_erasure: policy } = (await currentConfig(sql)).config;
    const retrained = isErasure && policy === "now"
      ? [...new Set(seen.versions.filter(({ serves }) => serves).map(({ model }) => model))]
        .filter((model) => models.has(model))
      : [];
    const receipt = {
      request,
      kind: asked.kind,
      requestedAt: asked.requestedAt,
      endedAt: new Date(clock()).toISOString(),
      found: asked.found,
      snapshots: seen.snapshots,
      versions: seen.versions,
      redactions: redactions.map(({ number, fromSha256, toSha256, what }) => ({
        number,
        fromSha256,
        toSha256,
        what,
      })),
      redactionHead: await redactionHead(sql),
      retraining: isErasure ? { policy, begun: retrained } : null,
      tables: files,
      backups: isErasure ? "copies made before hold the person until they expire" : null,
    };
    for (const model of retrained) await retrain(deps, request, model);
    await endPrivacyRequest(sql, request, {
      receipt,
      signature: signing?.sign(canonicalJson(receipt)) ?? null,
    });
  },
});

/** The blocks that some sealed files are, or are shards of, under every name that they had. */
async function blocksOf({ sql, store }: PrivacyDeps, files: readonly string[]): Promise<string[]> {
  const names = await namesBefore(sql, files);
  return [...names, ...await listsNaming(store, names)];
}

async function retrain({ sql }: PrivacyDeps, request: string, model: string): Promise<void> {
  const change = { requestId: `erasure/${request}/${model}`, by: "perennial", why: `erasure ${request}` };
  const audit = {
    requestId: change.requestId,
    who: change.by,
    action: "force",
    target: model,
    why: change.why,
  };
  await inTransaction(sql, (tx) =>
    recordChange(tx, {
      audit,
      target: `retrainer/${model}`,
      message: { action: "force", model, change },
    }));
}
