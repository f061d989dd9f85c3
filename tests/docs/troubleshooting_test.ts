import assert from "node:assert/strict";
import { readPage, readSources } from "./sources.ts";

/** The messages that the page explains, each as the texts between what differs. */
const messagesOf = (markdown: string): string[][] =>
  [...markdown.matchAll(/^### `(.+)`$/gm)].map(([, message]) =>
    message.split("…").map((part) => part.replace(/^[\s":(]+|[\s":(]+$/g, "")).filter((part) =>
      part.length > 3
    )
  );

Deno.test("each message in docs/troubleshooting.md is one that the code writes", async () => {
  const messages = messagesOf(await readPage("docs/troubleshooting.md"));
  assert.ok(messages.length >= 12);
  const sources = [...(await readSources()).values()];
  const unknown = messages.filter((parts) =>
    !sources.some((code) => parts.every((part) => code.includes(part)))
  );
  assert.deepEqual(unknown, []);
});
