import assert from "node:assert/strict";
import { openSecrets, sealSecrets } from "../../../src/app/backup/secrets.ts";

const FILES = { secret: "a secret of the shop", "signing-key": "-----BEGIN PRIVATE KEY-----" };
const PASSPHRASE = "correct horse battery";

Deno.test("secrets come back by their passphrase alone, and not for another backup or after a change", () => {
  const sealed = sealSecrets(FILES, PASSPHRASE, "backup 1");
  assert.ok(!sealed.includes("shop"));
  assert.deepEqual(openSecrets(sealed, PASSPHRASE, "backup 1"), FILES);
  assert.throws(() => openSecrets(sealed, "correct horse batterY", "backup 1"), /passphrase is another one/);
  assert.throws(() => openSecrets(sealed, PASSPHRASE, "backup 2"), /passphrase is another one/);
  const { data, ...rest } = JSON.parse(sealed);
  const changed = JSON.stringify({ ...rest, data: (data[0] === "A" ? "B" : "A") + data.slice(1) });
  assert.throws(() => openSecrets(changed, PASSPHRASE, "backup 1"), /the file was changed/);
});

Deno.test("a cut tag, a short passphrase and a cost beyond ours are refused", () => {
  const sealed = JSON.parse(sealSecrets(FILES, PASSPHRASE, "b"));
  const cut = JSON.stringify({ ...sealed, tag: btoa(atob(sealed.tag).slice(0, 4)) });
  assert.throws(() => openSecrets(cut, PASSPHRASE, "b"));
  assert.throws(() => openSecrets(JSON.stringify({ ...sealed, n: 2 ** 24 }), PASSPHRASE, "b"), /cost/);
  assert.throws(() => sealSecrets(FILES, "short", "b"), /need >= 12 characters/);
});

Deno.test("two backups of the same secrets have nothing in common", () => {
  const [one, two] = [1, 2].map(() => JSON.parse(sealSecrets(FILES, PASSPHRASE, "b")));
  assert.notEqual(one.data, two.data);
  assert.notEqual(one.salt, two.salt);
});
