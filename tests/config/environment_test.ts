import assert from "node:assert/strict";
import { readConfig, s3Place } from "../../src/config/environment.ts";
import { InvalidInputError } from "../../src/core/errors.ts";

Deno.test("readConfig() needs nothing to be set", () => {
  const config = readConfig({});
  assert.deepEqual(
    [config.PERENNIAL_HOST, config.PERENNIAL_PORT, config.TEMPORAL_NAMESPACE, config.TEMPORAL_TASK_QUEUE],
    ["127.0.0.1", 8000, "default", "perennial"],
  );
  assert.equal(config.DATABASE_URL, undefined);
});

Deno.test("readConfig() takes an empty variable for one that is not set, and looks at no other's", () => {
  assert.deepEqual(readConfig({ DATABASE_URL: "", PERENNIAL_PORT: "", PATH: "anything" }), readConfig({}));
});

for (const [text, want] of [["true", true], ["1", true], ["false", false], ["0", false]] as const) {
  Deno.test(`readConfig() reads TEMPORAL_TLS=${text}`, () =>
    assert.equal(readConfig({ TEMPORAL_TLS: text }).TEMPORAL_TLS, want));
}

for (
  const [name, value] of [
    ["PERENNIAL_PORT", "eighty"],
    ["PERENNIAL_PORT", "0"],
    ["PERENNIAL_PORT", "65536"],
    ["PERENNIAL_PORT", "80.5"],
    ["PERENNIAL_URL", "not a url"],
    ["PERENNIAL_SECRET", "too short"],
    ["TEMPORAL_TLS", "yes"],
  ] as const
) {
  Deno.test(`readConfig() names the variable that cannot be used: ${name}=${value}`, () =>
    assert.throws(() => readConfig({ [name]: value }), (error: unknown) => {
      assert.ok(error instanceof InvalidInputError);
      assert.equal(error.field, name);
      assert.ok(error.message.includes(name));
      assert.doesNotMatch(error.message, /Invalid input|Too (small|big)/, "in our words");
      return true;
    }));
}

const WEBHOOK = {
  PERENNIAL_WEBHOOK_URL: "https://hook.example/x",
  PERENNIAL_WEBHOOK_SECRET: "sixteen letters!",
};
const EMAIL = {
  PERENNIAL_SMTP_URL: "smtps://ann:secret@mail.example",
  PERENNIAL_ALERT_FROM: "perennial@shop.example",
  PERENNIAL_ALERT_TO: "ann@shop.example, bob@shop.example",
};

Deno.test("readConfig() reads where alerts go", () => {
  const config = readConfig({ ...WEBHOOK, ...EMAIL, PERENNIAL_WEBHOOK_ALLOW_PRIVATE: "true" });
  assert.deepEqual(config.PERENNIAL_ALERT_TO, ["ann@shop.example", "bob@shop.example"]);
  assert.equal(config.PERENNIAL_WEBHOOK_ALLOW_PRIVATE, true);
  assert.equal(readConfig({}).PERENNIAL_WEBHOOK_ALLOW_PRIVATE, false);
});

for (
  const [what, env, name] of [
    [
      "a webhook without its secret",
      { ...WEBHOOK, PERENNIAL_WEBHOOK_SECRET: "" },
      "PERENNIAL_WEBHOOK_SECRET",
    ],
    ["a short secret", { ...WEBHOOK, PERENNIAL_WEBHOOK_SECRET: "hunter2" }, "PERENNIAL_WEBHOOK_SECRET"],
    [
      "a webhook of another scheme",
      { ...WEBHOOK, PERENNIAL_WEBHOOK_URL: "file:///x" },
      "PERENNIAL_WEBHOOK_URL",
    ],
    ["no URL", { ...WEBHOOK, PERENNIAL_WEBHOOK_URL: "hook.example" }, "PERENNIAL_WEBHOOK_URL"],
    [
      "a password in it",
      { ...WEBHOOK, PERENNIAL_WEBHOOK_URL: "https://a:hunter2@b.example" },
      "PERENNIAL_WEBHOOK_URL",
    ],
    ["mail from nobody", { ...EMAIL, PERENNIAL_ALERT_FROM: "" }, "PERENNIAL_ALERT_FROM"],
    ["mail to nobody", { ...EMAIL, PERENNIAL_ALERT_TO: "" }, "PERENNIAL_ALERT_TO"],
    ["mail to no address", { ...EMAIL, PERENNIAL_ALERT_TO: "ann@shop.example,bob" }, "PERENNIAL_ALERT_TO"],
    [
      "a mail server of another scheme",
      { ...EMAIL, PERENNIAL_SMTP_URL: "https://u:hunter2@m" },
      "PERENNIAL_SMTP_URL",
    ],
  ] as [string, Record<string, string>, string][]
) {
  Deno.test(`readConfig() refuses ${what}, naming ${name}`, () =>
    assert.throws(() => readConfig(env), (error: unknown) => {
      assert.ok(error instanceof InvalidInputError);
      assert.match(error.message, new RegExp(`environment variable ${name}`));
      assert.ok(!error.message.includes("hunter2"));
      return true;
    }));
}

Deno.test("readConfig() does not repeat a secret that it refuses", () =>
  assert.throws(
    () => readConfig({ PERENNIAL_SECRET: "hunter2" }),
    (error: Error) => !error.message.includes("hunter2"),
  ));

Deno.test("readConfig() reads a bucket only with its key, and never repeats a password", () => {
  const key = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "hush" };
  const { PERENNIAL_ARTEFACTS, AWS_REGION } = readConfig({
    PERENNIAL_ARTEFACTS: "s3://shop-models/a/b",
    ...key,
  });
  assert.deepEqual(s3Place(PERENNIAL_ARTEFACTS), { bucket: "shop-models", prefix: "a/b" });
  assert.deepEqual([AWS_REGION, s3Place("/var/models"), s3Place("s3://one/")?.prefix], [
    "us-east-1",
    null,
    "",
  ]);
  assert.throws(() => readConfig({ PERENNIAL_ARTEFACTS: "s3://shop-models" }), /AWS_ACCESS_KEY_ID/);
  assert.throws(() => readConfig({ PERENNIAL_ARTEFACTS: "s3://", ...key }), /s3:\/\/bucket\/prefix/);
  const endpoint = "http://me:hush@host";
  assert.throws(
    () => readConfig({ PERENNIAL_S3_ENDPOINT: endpoint }),
    (error: Error) => !/hush/.test(error.message),
  );
});

Deno.test("readConfig() reads which kinds of work a worker takes, and how much of each", () => {
  const config = readConfig({
    PERENNIAL_QUEUES: "light, training",
    PERENNIAL_ACTIVITIES_AT_ONCE: "training=1",
    PERENNIAL_ACTIVITIES_PER_SECOND: "training=0.5",
  });
  assert.deepEqual(config.PERENNIAL_QUEUES, ["light", "training"]);
  assert.deepEqual(config.PERENNIAL_ACTIVITIES_AT_ONCE, { light: 20, features: 4, training: 1 });
  assert.deepEqual(config.PERENNIAL_ACTIVITIES_PER_SECOND, { training: 0.5 });
  assert.deepEqual(readConfig({}).PERENNIAL_QUEUES, ["light", "features", "training"]);
  for (const wrong of ["training", "training=0", "training=1.5", "heavy=1", "training=1,,"]) {
    assert.throws(() => readConfig({ PERENNIAL_ACTIVITIES_AT_ONCE: wrong }), /PERENNIAL_ACTIVITIES_AT_ONCE/);
  }
  assert.throws(() => readConfig({ PERENNIAL_QUEUES: "heavy" }), /light, features, training/);
});
