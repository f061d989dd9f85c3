import assert from "node:assert/strict";
import { join } from "node:path";
import { readConfig } from "../../src/config/environment.ts";
import { lookAtCertificates, lookAtRights, lookAtSecrets } from "../../src/doctor/looks/folders.ts";
import { clockFinding } from "../../src/doctor/looks/service.ts";
import { fix } from "../../src/doctor/fix.ts";
import { shown } from "../../src/doctor/finding.ts";
import type { Patient } from "../../src/doctor/patient.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { CERTIFICATE, CERTIFICATE_ENDS } from "./certificate.ts";

const DAY_MS = 86_400_000;

/** An installation that was not opened, in a folder of its own. */
async function withHome(
  work: (patient: Patient) => Promise<void>,
  over: Partial<Patient> = {},
): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    await work({
      name: "default",
      home,
      config: readConfig({}),
      uid: 1000,
      clock: () => Date.now(),
      runBy: null,
      apiUrl: "http://127.0.0.1:1",
      artefacts: fileArtefacts(join(home, "artefacts")),
      models: new Map(),
      database: { absent: "not opened" },
      temporal: { absent: "not opened" },
      ...over,
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const ids = (findings: readonly { id: string }[]) => findings.map(({ id }) => id);

Deno.test("a clock is off when it is outside of the two times between which it was asked, by seconds", () => {
  const asked = { beforeMs: 10_000, afterMs: 12_000 };
  assert.deepEqual(clockFinding("Postgres", 11_000, asked), []);
  assert.deepEqual(clockFinding("Postgres", 16_000, asked), []);
  assert.match(clockFinding("Postgres", 72_000, asked)[0].detail, /1 min ahead of/);
  assert.match(
    clockFinding("Postgres", 1_000, { beforeMs: 61_000, afterMs: 62_000 })[0].detail,
    /1 min behind/,
  );
});

Deno.test("rights of the folder and of secrets are found, and --fix sets them", () =>
  withHome(async (patient) => {
    await Deno.writeTextFile(join(patient.home, "secret"), "s");
    await Deno.chmod(join(patient.home, "secret"), 0o644);
    await Deno.chmod(patient.home, 0o755);
    const findings = await lookAtRights(patient);
    assert.deepEqual(ids(findings), ["folder-open", "secret-open"]);
    const examined = { installation: "default", healthy: false, looked: [], notLooked: [] };
    await fix({ ...examined, findings: findings.map(shown) }, patient);
    assert.deepEqual(await lookAtRights(patient), []);
    assert.equal((await Deno.stat(patient.home)).mode! & 0o777, 0o700);
  }));

Deno.test("secrets that are gone are found, unless the environment gives them; an examination makes none", () =>
  withHome(async (patient) => {
    const uses = { pseudonyms: true, signatures: true };
    assert.deepEqual(ids(await lookAtSecrets(patient, uses)), ["secret-missing", "secret-missing"]);
    assert.deepEqual(
      await lookAtSecrets(patient, { pseudonyms: false, signatures: false }),
      [],
      "before a first start",
    );
    assert.deepEqual([...Deno.readDirSync(patient.home)], []);
    const config = readConfig({ PERENNIAL_SECRET: "0123456789abcdef", PERENNIAL_SIGNING_KEY: "pem" });
    assert.deepEqual(await lookAtSecrets({ ...patient, config }, uses), []);
  }));

Deno.test("a certificate is told a month before it ends, and as a problem once it has", () =>
  withHome(async (patient) => {
    const path = join(patient.home, "client.pem");
    await Deno.writeTextFile(path, CERTIFICATE);
    const config = readConfig({ TEMPORAL_TLS_CERT: path, TEMPORAL_TLS_KEY: path });
    const at = async (days: number) => {
      const clock = () => CERTIFICATE_ENDS + days * DAY_MS;
      return (await lookAtCertificates({ ...patient, config, clock })).map(({ severity }) => severity);
    };
    assert.deepEqual([await at(-31), await at(-29), await at(1)], [[], ["warning"], ["problem"]]);
    await Deno.writeTextFile(path, "none");
    assert.deepEqual(await at(-31), ["problem"]);
  }));
