import assert from "node:assert/strict";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { emailChannel } from "../../../src/app/alerts/channels/email.ts";
import { FinalDeliveryError } from "../../../src/app/alerts/channels/channel.ts";
import { DELIVERY } from "./support.ts";

interface Mail {
  to: string[];
  user: string | undefined;
  secure: boolean;
  text: string;
}

interface Post {
  port: number;
  mails: Mail[];
}

const file = (name: string) => Deno.readTextFile(new URL(`files/${name}`, import.meta.url));
const tls = async () => ({ cert: await file("hook.crt"), key: await file("hook.key") });

/** Runs a mail server that takes what it is given, unless the options say otherwise. */
async function withMailServer(
  options: SMTPServerOptions,
  work: (post: Post) => Promise<void>,
): Promise<void> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === "ann" && password === "s/3:cret"
        ? done(null, { user: username })
        : done(new Error("no such user")),
    onData(stream, session, done) {
      const parts: Uint8Array[] = [];
      stream.on("data", (part: Uint8Array) => parts.push(part));
      stream.on("end", () => {
        const { rcptTo } = session.envelope;
        mails.push({
          to: rcptTo.map(({ address }) => address),
          user: session.user as string | undefined,
          secure: session.secure,
          text: parts.map((part) => new TextDecoder().decode(part)).join(""),
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined); // a client that turns away is what some tests want
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    await work({ port: (server.server.address() as { port: number }).port, mails });
  } finally {
    await new Promise<void>((closed) => server.close(() => closed()));
  }
}

const channel = (url: string, ca?: string) =>
  emailChannel({ url, ca, from: "perennial@shop.example", to: ["ann@shop.example", "bob@shop.example"] });

/** Headers with their folded lines joined. */
const headersOf = ({ text }: Mail) => text.split("\r\n\r\n")[0].replaceAll(/\r\n[ \t]+/g, " ");

Deno.test("emailChannel() sends the alert to everyone, under an id that a repetition keeps", () =>
  withMailServer({}, async ({ port, mails }) => {
    const { send } = channel(`smtp://127.0.0.1:${port}`);
    for (const attempts of [1, 2]) await send({ ...DELIVERY, attempts });
    assert.deepEqual(mails[0].to, ["ann@shop.example", "bob@shop.example"]);
    const [first, second] = mails.map(headersOf);
    assert.match(first, /^From: perennial@shop\.example$/m);
    assert.match(first, /^Subject: \[Perennial\] opened: warning, drift of churn: churn: shoppers are not/m);
    assert.match(first, new RegExp(`^Message-ID: <${DELIVERY.id}@shop\\.example>$`, "im"));
    assert.match(first, /^References: <alert-7@shop\.example>$/m);
    assert.match(first, new RegExp(`^X-Perennial-Delivery: ${DELIVERY.id}$`, "im"));
    assert.match(second, new RegExp(`^Message-ID: <${DELIVERY.id}@shop\\.example>$`, "im"));
    assert.match(mails[0].text, /asOf: 2011-09-01T00:00:00\.000Z/);
    assert.match(mails[0].text, /perennial alerts ack 7/);
  }));

Deno.test("emailChannel() lets no line break of a title become a header", () =>
  withMailServer({}, async ({ port, mails }) => {
    const title = "price\r\nBcc: eve@evil.example\r\n\r\nhello";
    await channel(`smtp://127.0.0.1:${port}`).send({ ...DELIVERY, body: { ...DELIVERY.body, title } });
    assert.deepEqual(mails[0].to, ["ann@shop.example", "bob@shop.example"]);
    assert.ok(!/^Bcc:/m.test(headersOf(mails[0])));
  }));

Deno.test("emailChannel() speaks TLS from the start to smtps://, and gives its password there", async () => {
  const { cert, key } = await tls();
  await withMailServer({ secure: true, cert, key, authOptional: false }, async ({ port, mails }) => {
    await channel(`smtps://ann:s%2F3%3Acret@localhost:${port}`, cert).send(DELIVERY);
    assert.deepEqual(mails.map(({ user, secure }) => [user, secure]), [["ann", true]]);
    await assert.rejects(
      channel(`smtps://ann:s%2F3%3Acret@localhost:${port}`).send(DELIVERY),
      /certificate/i,
    );
  });
});

Deno.test("emailChannel() turns to TLS on smtp:// where the server offers it", async () => {
  const { cert, key } = await tls();
  await withMailServer({ cert, key, disabledCommands: [] }, async ({ port, mails }) => {
    await channel(`smtp://ann:s%2F3%3Acret@localhost:${port}`, cert).send(DELIVERY);
    assert.deepEqual(mails.map(({ user, secure }) => [user, secure]), [["ann", true]]);
  });
});

Deno.test("emailChannel() does not send its password in the clear", () => {
  let asked = 0;
  const onAuth: SMTPServerOptions["onAuth"] = (_auth, _session, done) => {
    asked++;
    done(null, { user: "ann" });
  };
  return withMailServer({ onAuth }, async ({ port, mails }) => {
    await assert.rejects(channel(`smtp://ann:s%2F3%3Acret@127.0.0.1:${port}`).send(DELIVERY), /STARTTLS/);
    assert.deepEqual([asked, mails], [0, []]);
  });
});

const refusal = (code: number) => Object.assign(new Error("no"), { responseCode: code });

for (
  const [what, options, final] of [
    ["knows none of the recipients", { onRcptTo: (_a, _s, done) => done(refusal(550)) }, true],
    ["refuses the mail for good", { onMailFrom: (_a, _s, done) => done(refusal(554)) }, true],
    ["is busy", { onMailFrom: (_a, _s, done) => done(refusal(451)) }, false],
    ["asks for a password", { authOptional: false }, true],
  ] as [string, SMTPServerOptions, boolean][]
) {
  Deno.test(`emailChannel() fails ${final ? "for good" : "for now"} when the server ${what}`, () =>
    withMailServer(options, async ({ port }) => {
      await assert.rejects(channel(`smtp://127.0.0.1:${port}`).send(DELIVERY), (error: Error) => {
        assert.equal(error instanceof FinalDeliveryError, final, error.message);
        return true;
      });
    }));
}

Deno.test("emailChannel() fails for now where the password is refused, and does not repeat it", async () => {
  const { cert, key } = await tls();
  await withMailServer({ secure: true, cert, key, authOptional: false }, async ({ port }) => {
    await assert.rejects(
      channel(`smtps://ann:hunter2@localhost:${port}`, cert).send(DELIVERY),
      (error: Error) => {
        assert.ok(!(error instanceof FinalDeliveryError));
        assert.ok(!error.message.includes("hunter2"));
        return true;
      },
    );
  });
});

Deno.test("emailChannel() fails for now where nobody listens", async () => {
  await assert.rejects(
    channel("smtp://127.0.0.1:1").send(DELIVERY),
    (error) => !(error instanceof FinalDeliveryError),
  );
});
