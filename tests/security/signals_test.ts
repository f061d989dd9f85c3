import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { checkSignature, createSign, signalKey, type SignedContent } from "../../src/security/signals.ts";

const NOW_MS = Date.parse("2026-11-29T12:00:00Z");
const key = signalKey("the secret of an installation");
const signed: SignedContent = {
  workflow: "retrainer/churn",
  name: "stop",
  content: { requestId: "r", by: "ann", why: "to see", running: "finish" },
};
const proof = createSign(key, () => NOW_MS)(signed);

for (
  const [what, changed, want] of [
    ["as it was sent", {}, "valid"],
    ["a week later", { nowMs: NOW_MS + 7 * DAY_MS }, "valid"],
    ["later still", { nowMs: NOW_MS + 7 * DAY_MS + 1 }, "stale"],
    ["from the future", { nowMs: NOW_MS - 6 * 60_000 }, "stale"],
    ["for another workflow", { workflow: "retrainer/spending" }, "wrong"],
    ["as another signal", { name: "start" }, "wrong"],
    ["in another name", { content: { ...signed.content, by: "owner" } }, "wrong"],
    ["with another effect", { content: { ...signed.content, running: "cancel" } }, "wrong"],
    ["under another request", { content: { ...signed.content, requestId: "s" } }, "wrong"],
    ["with its time moved", { signedAt: new Date(NOW_MS + 1).toISOString() }, "wrong"],
    ["with another key", { key: signalKey("another secret, long enough") }, "wrong"],
    ["without a signature", { signature: undefined }, "none"],
    ["with something else for a signature", { signature: { a: 1 } }, "wrong"],
    ["with a text for a signature", { signature: "é" }, "wrong"],
  ] as [string, Record<string, unknown>, string][]
) {
  Deno.test(`checkSignature() says "${want}", when a signal comes ${what}`, () => {
    const all = { ...signed, ...proof, key, nowMs: NOW_MS, ...changed };
    const { workflow, name, content, signedAt, signature, nowMs } = all;
    assert.equal(
      checkSignature(all.key, { workflow, name, content }, { signedAt, signature, nowMs }),
      want,
    );
  });
}
