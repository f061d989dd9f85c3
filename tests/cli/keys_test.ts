import assert from "node:assert/strict";
import { withServed } from "./support.ts";

Deno.test("perennial keys add shows a key once, list tells of it, revoke ends it", () =>
  withServed(async ({ run, url }) => {
    const added = await run(["keys", "add", "--role", "operator", "--name", "Ana"]);
    const key = /^Key of Ana, an operator, shown this once: (pk_[\w-]{43})\n/.exec(added.out)![1];
    assert.match(added.out, new RegExp(`signs in at ${url}/sign-in`));
    const env = { PERENNIAL_API_KEY: key };
    assert.match((await run(["force", "churn"], { env })).out, /churn/);
    const listed = await run(["keys"]);
    assert.match(listed.out, /owner +admin .* the installation +\d{4}-/);
    assert.match(listed.out, /Ana +operator .* owner +\d{4}-/);
    assert.ok(!listed.out.includes(key));
    const gone = await run(["keys", "revoke", "Ana", "--why", "left the team"]);
    assert.equal(gone.out, "The key of Ana is revoked, and its sessions have ended");
    const late = await run(["force", "churn"], { env });
    assert.deepEqual([late.code, /An API key is needed|not valid/.test(late.err)], [1, true]);
    assert.match((await run(["audit"])).out, /owner +revoke key +Ana .*left the team/);
  }));

Deno.test("perennial keys says what a role may not do, and what cannot be revoked", () =>
  withServed(async ({ run }) => {
    const { key } = JSON.parse(
      (await run(["keys", "add", "--role", "viewer", "--name", "Bo", "--json"])).out,
    );
    const refused = await run(["force", "churn"], { env: { PERENNIAL_API_KEY: key } });
    assert.deepEqual([refused.code, refused.err], [
      1,
      'error: This needs the role operator; "Bo" is a viewer. An admin gives out keys',
    ]);
    assert.match((await run(["keys"], { env: { PERENNIAL_API_KEY: key } })).err, /needs the role admin/);
    const own = await run(["keys", "revoke", "owner"]);
    assert.equal(own.code, 1);
    assert.match(own.err, /Cannot revoke "owner": it is the installation's own key/);
    assert.equal((await run(["keys", "add", "--role", "boss", "--name", "Cy"])).code, 2);
    assert.equal((await run(["keys", "add", "--role", "viewer", "--name", "owner"])).code, 2);
    assert.match((await run(["keys", "revoke", "Nobody"])).err, /Cannot find key "Nobody"/);
  }));
