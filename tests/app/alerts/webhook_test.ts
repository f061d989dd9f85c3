import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { FinalDeliveryError } from "../../../src/app/alerts/channels/channel.ts";
import { signature, webhookChannel, type WebhookOptions } from "../../../src/app/alerts/channels/webhook.ts";
import { DELIVERY, NOW_MS } from "./support.ts";
import { type Receiver, withReceiver } from "./receiver.ts";

const SECRET = "a secret of the tests";
// Both made by: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout hook.key -out hook.crt
//   -days 36500 -subj /CN=hook.example -addext subjectAltName=DNS:hook.example,DNS:localhost
const file = (name: string) => Deno.readTextFile(new URL(`files/${name}`, import.meta.url));

const send = (url: string, over: Partial<WebhookOptions> = {}, delivery = DELIVERY) =>
  webhookChannel({ url, secret: SECRET, allowPrivate: true, clock: () => NOW_MS, ...over }).send(delivery);

Deno.test("webhookChannel() posts the alert as JSON, under its own id, signed so that a receiver can verify it", () =>
  withReceiver(async ({ url, received }) => {
    await send(url);
    const [{ path, headers, body }] = received;
    assert.equal(path, "/hook?shop=1");
    assert.equal(headers.get("content-type"), "application/json");
    assert.equal(headers.get("x-perennial-delivery"), DELIVERY.id);
    assert.equal(headers.get("host"), new URL(url).host);
    assert.deepEqual(JSON.parse(body), {
      delivery: DELIVERY.id,
      event: "opened",
      at: DELIVERY.createdAt,
      alert: DELIVERY.body,
    });
    // as a receiver does it: from the raw body, by itself
    const [, seconds, hex] = headers.get("x-perennial-signature")!.match(/^t=(\d+),v1=([0-9a-f]{64})$/)!;
    assert.equal(Number(seconds), NOW_MS / 1000);
    assert.equal(createHmac("sha256", SECRET).update(seconds + "." + body).digest("hex"), hex);
  }));

Deno.test("signature() is HMAC-SHA256 over time, a dot and the body, as OpenSSL computes it", () => {
  // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of the tests'   (OpenSSL 3)
  const hex = "7b2992c1f41ac383ed7caf6d966ef2b7b897d4ad70fa29241394a7316e268e9e";
  assert.equal(signature(SECRET, '{"a":1}', 1_700_000_000), `t=1700000000,v1=${hex}`);
});

Deno.test("webhookChannel() measures the body in bytes, not in characters", () =>
  withReceiver(async ({ url, received }) => {
    const title = "prix : 12 € → 1 200 €, 価格";
    await send(url, {}, { ...DELIVERY, body: { ...DELIVERY.body, title } });
    assert.equal(JSON.parse(received[0].body).alert.title, title);
  }));

for (
  const [status, want] of [
    [200, "sent"],
    [202, "sent"],
    [204, "sent"],
    [301, "final"],
    [307, "final"],
    [400, "final"],
    [401, "final"],
    [404, "final"],
    [410, "final"],
    [408, "again"],
    [429, "again"],
    [500, "again"],
    [503, "again"],
  ] as const
) {
  Deno.test(`webhookChannel() takes the answer ${status} for: ${want}`, () =>
    withReceiver(async (receiver) => {
      const headers = { Location: `http://127.0.0.1:${receiver.port}/elsewhere` };
      receiver.answer = () => new Response(status === 204 ? null : "because", { status, headers });
      const sent = send(receiver.url);
      if (want === "sent") await sent;
      else {
        await assert.rejects(sent, (error: Error) => {
          assert.equal(error instanceof FinalDeliveryError, want === "final");
          assert.match(error.message, new RegExp(`answered ${status}: because`));
          return true;
        });
      }
      assert.equal(receiver.received.length, 1, "no redirect is followed");
    }));
}

Deno.test("webhookChannel() sends nothing to this machine, unless that is allowed", () =>
  withReceiver(async ({ url, port, received }) => {
    for (
      const refused of [
        url,
        `http://localhost:${port}/`,
        `http://2130706433:${port}/`,
        `http://[::1]:${port}/`,
      ]
    ) {
      await assert.rejects(send(refused, { allowPrivate: false }), FinalDeliveryError, refused);
    }
    assert.equal(received.length, 0);
  }));

Deno.test("webhookChannel() connects to the address it checked, whatever the name server says afterwards", () =>
  withReceiver(async ({ port, received }) => {
    const answers = [["93.184.215.14"], ["127.0.0.1"]]; // public when it is checked, private when asked again
    let asked = 0;
    const resolve = () => Promise.resolve(answers[Math.min(asked++, 1)]);
    await assert.rejects(
      send(`http://hook.example:${port}/`, { allowPrivate: false, resolve, timeoutMs: 300 }),
      (error) => !(error instanceof FinalDeliveryError),
    );
    assert.deepEqual([asked, received.length], [1, 0]);
    await assert.rejects(
      send(`http://hook.example:${port}/`, { allowPrivate: false, resolve }),
      FinalDeliveryError,
    );
    await send(`http://hook.example:${port}/`, { resolve });
    assert.equal(received[0].headers.get("host"), `hook.example:${port}`, "under the name it was given");
  }));

Deno.test("webhookChannel() tries another address of the name at the next attempt", () =>
  withReceiver(async ({ port, received }) => {
    const resolve = () => Promise.resolve(["127.0.0.1", "127.0.0.2"]);
    const at = (attempts: number) =>
      send(`http://hook.example:${port}/`, { resolve }, { ...DELIVERY, attempts });
    await at(2);
    await assert.rejects(at(1), /ECONNREFUSED|refused/i); // the server listens on 127.0.0.1 alone
    assert.equal(received.length, 1);
  }));

Deno.test("webhookChannel() checks the certificate against the name, though it connects to an address", async () => {
  const [cert, key] = await Promise.all([file("hook.crt"), file("hook.key")]);
  const resolve = () => Promise.resolve(["127.0.0.1"]);
  await withReceiver(async ({ port, received }) => {
    await send(`https://hook.example:${port}/`, { resolve, ca: cert });
    assert.equal(received.length, 1);
    const own: [string, Partial<WebhookOptions>][] = [
      [`https://other.example:${port}/`, { resolve, ca: cert }], // the certificate is of another name
      [`https://127.0.0.1:${port}/`, { ca: cert }],
      [`https://hook.example:${port}/`, { resolve }], // nobody vouches for it
    ];
    for (const [url, over] of own) await assert.rejects(send(url, over), /certificate/i, url);
    assert.equal(received.length, 1);
  }, { cert, key });
});

for (
  const [what, answer] of [
    ["never answers", (stop: Promise<void>) => stop.then(() => new Response())],
    ["never ends its answer", (stop: Promise<void>) =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode("slow"));
            await stop;
            controller.close();
          },
        }),
        { status: 500 },
      )],
  ] as [string, (stop: Promise<void>) => Response | Promise<Response>][]
) {
  Deno.test(`webhookChannel() gives up in time on a receiver that ${what}`, () =>
    withReceiver(async (receiver) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      receiver.answer = () => answer(promise);
      await assert.rejects(send(receiver.url, { timeoutMs: 300 }), /did not answer in time/);
      resolve();
    }));
}

Deno.test("webhookChannel() reads only the beginning of an answer, however long it is", () =>
  withReceiver(async (receiver: Receiver) => {
    let sentBytes = 0;
    receiver.answer = () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            controller.enqueue(new Uint8Array(64 * 1024).fill(97));
            sentBytes += 64 * 1024;
            await new Promise((next) => setTimeout(next, 1));
          },
        }),
        { status: 500 },
      );
    await assert.rejects(send(receiver.url), (error: Error) => error.message.length < 300);
    assert.ok(sentBytes < 32 * 1024 * 1024);
  }));

Deno.test("webhookChannel() says why, but neither secret nor path, when nobody listens", async () => {
  await assert.rejects(send("http://127.0.0.1:1/services/T0/token"), (error: Error) => {
    assert.ok(!(error instanceof FinalDeliveryError));
    assert.ok(!/token|secret/.test(error.message));
    return true;
  });
});
