import assert from "node:assert/strict";
import {
  chosenPorts,
  freePort,
  isPortFree,
  pickPort,
  PORTS,
  PortTakenError,
} from "../../src/embedded/ports.ts";

const quiet = () => undefined;

async function withTakenPort(fn: (port: number) => Promise<void>): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await fn(listener.addr.port);
}

Deno.test("isPortFree() tells a free port from a taken one", async () => {
  assert.equal(await isPortFree(await freePort()), true);
  await withTakenPort(async (port) => assert.equal(await isPortFree(port), false));
});

Deno.test("pickPort() takes the chosen port when it is free", async () => {
  const chosen = await freePort();
  assert.equal(await pickPort("postgres", { chosen, log: quiet }), chosen);
});

Deno.test("pickPort() names who wants a taken port and what changes it", () =>
  withTakenPort(async (chosen) => {
    const refusal = pickPort("temporal", { chosen, log: quiet });
    await assert.rejects(refusal, PortTakenError);
    await assert.rejects(refusal, /Temporal server needs it.*PERENNIAL_TEMPORAL_PORT/);
  }));

Deno.test("pickPort() moves an inner server off its default and says so, but never the API", async () => {
  const said: string[] = [];
  const log = (line: string) => void said.push(line);
  const port = await pickPort("temporalUi", { avoid: [PORTS.temporalUi.default], log });
  assert.notEqual(port, PORTS.temporalUi.default);
  assert.match(said[0], /8233 is taken; The Temporal UI uses \d+/);
  await assert.rejects(pickPort("api", { avoid: [PORTS.api.default], log }), PortTakenError);
});

Deno.test("chosenPorts() reads the environment and refuses what is no port", () => {
  const none = { postgres: undefined, temporal: undefined, temporalUi: undefined };
  assert.deepEqual(chosenPorts({}), none);
  assert.deepEqual(chosenPorts({ PERENNIAL_TEMPORAL_UI_PORT: "9000" }), { ...none, temporalUi: 9000 });
  for (const text of ["0", "65536", "http", "1.5"]) {
    assert.throws(() => chosenPorts({ PERENNIAL_POSTGRES_PORT: text }), RangeError);
  }
});
