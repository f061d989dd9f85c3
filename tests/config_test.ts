import assert from "node:assert/strict";
import { readConfig } from "../src/config.ts";
import { InvalidInputError } from "../src/core/errors.ts";

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
      return true;
    }));
}

Deno.test("readConfig() does not repeat a secret that it refuses", () =>
  assert.throws(
    () => readConfig({ PERENNIAL_SECRET: "hunter2" }),
    (error: Error) => !error.message.includes("hunter2"),
  ));
