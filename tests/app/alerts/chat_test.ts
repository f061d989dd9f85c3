import assert from "node:assert/strict";
import { FinalDeliveryError } from "../../../src/app/alerts/channels/channel.ts";
import { createChannels } from "../../../src/app/alerts/channels/mod.ts";
import { readConfig } from "../../../src/config/environment.ts";
import { DELIVERY } from "./support.ts";
import { withReceiver } from "./receiver.ts";

const TITLE = "accuracy < .7 & <!channel> falls";
const delivery = { ...DELIVERY, body: { ...DELIVERY.body, title: TITLE } };

/** Posts the delivery over the channel that these variables make. @returns the body that came, and where */
async function posted(channel: "slack" | "teams", env: Record<string, string> = {}) {
  const got: { path: string; body: string }[] = [];
  await withReceiver(async ({ url, received }) => {
    const variable = `PERENNIAL_${channel.toUpperCase()}_WEBHOOK_URL`;
    const config = readConfig({ [variable]: url, PERENNIAL_WEBHOOK_ALLOW_PRIVATE: "true", ...env });
    await createChannels(config, () => undefined).get(channel)!.send(delivery);
    got.push(...received);
  });
  assert.equal(got.length, 1);
  return { path: got[0].path, message: JSON.parse(got[0].body) };
}

Deno.test("slack gets one line of text, in which nothing of a title is markup, and a link to the dashboard", async () => {
  const { path, message } = await posted("slack", { PERENNIAL_PUBLIC_URL: "https://retrain.shop.example" });
  assert.equal(path, "/hook?shop=1");
  assert.deepEqual(Object.keys(message), ["text"]);
  assert.match(message.text, /^opened: .*accuracy &lt; \.7 &amp; &lt;!channel&gt; falls/);
  assert.match(message.text, / <https:\/\/retrain\.shop\.example\/alerts\|Open the alerts>$/);
});

Deno.test("teams gets an adaptive card whose text no markup is read in, with a button to the dashboard", async () => {
  const { message } = await posted("teams", { PERENNIAL_PUBLIC_URL: "https://retrain.shop.example" });
  const [{ contentType, content }] = message.attachments;
  assert.deepEqual([message.type, contentType], ["message", "application/vnd.microsoft.card.adaptive"]);
  assert.equal(content.type, "AdaptiveCard");
  const [{ inlines: [{ text }] }] = content.body;
  assert.ok(text.includes(TITLE), text);
  assert.deepEqual(content.actions.map(({ url }: { url: string }) => url), [
    "https://retrain.shop.example/alerts",
  ]);
});

for (const channel of ["slack", "teams"] as const) {
  Deno.test(`${channel} without a public address of the dashboard gets no link`, async () => {
    assert.doesNotMatch(JSON.stringify((await posted(channel)).message), /Open the alerts/);
  });

  Deno.test(`${channel} is not posted to at a private address, and what is said of it holds no path`, async () => {
    const url = "https://127.0.0.1/services/secret";
    const config = readConfig({ [`PERENNIAL_${channel.toUpperCase()}_WEBHOOK_URL`]: url });
    const sent = createChannels(config, () => undefined).get(channel)!.send(delivery);
    await assert.rejects(sent, (error: Error) => {
      assert.ok(error instanceof FinalDeliveryError);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}

Deno.test("where several shops share servers, an alert says first whose it is, on every channel", async () => {
  const { message } = await posted("slack", { PERENNIAL_SHOP: "outlet" });
  assert.match(message.text, /: Shop outlet: accuracy &lt; \.7/);
  const lines: string[] = [];
  const channels = createChannels(readConfig({ PERENNIAL_SHOP: "outlet" }), (line) => lines.push(line));
  await channels.get("log")!.send(delivery);
  assert.ok(lines[0].includes(`Shop outlet: ${TITLE}`), lines[0]);
});

Deno.test("without their addresses there is neither slack nor teams", () => {
  assert.deepEqual([...createChannels(readConfig({}), () => undefined).keys()], ["log"]);
});
