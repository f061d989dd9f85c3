/** `deno task notebook` as a person starts it: Jupyter answers who has the token, its kernel reads, Ctrl-C ends all of it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { withInstallation } from "../support/installation.ts";
import { connect } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = "src/notebook/main.ts";

function notebook(args: readonly string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    cwd: ROOT,
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Reads what it says to its end. @returns the address that it prints once it listens, and the end of it */
function listening({ stderr }: Deno.ChildProcess): { url: Promise<URL>; over: Promise<void> } {
  const { promise: url, resolve, reject } = Promise.withResolvers<URL>();
  const read = async () => {
    let said = "";
    for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      const [, found] = /^Notebooks: (\S+)\n/m.exec(said) ?? [];
      if (found) resolve(new URL(found));
    }
    reject(new Error(`It ended before it listened: ${said}`));
  };
  return { url, over: read() };
}

/** Runs code in a new kernel of the server. @returns what it wrote */
async function inKernel(base: URL, code: string): Promise<string> {
  const token = base.searchParams.get("token")!;
  const made = await fetch(new URL("/api/kernels", base), {
    method: "POST",
    headers: { Authorization: `token ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "deno" }),
  });
  assert.equal(made.status, 201);
  const { id } = await made.json();
  const socket = new WebSocket(`ws://${base.host}/api/kernels/${id}/channels?token=${token}`);
  const header = {
    msg_id: crypto.randomUUID(),
    msg_type: "execute_request",
    username: "",
    session: id,
    version: "5.3",
  };
  const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false };
  try {
    return await new Promise<string>((done, failed) => {
      let written = "";
      socket.onopen = () =>
        socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: "shell" }));
      socket.onmessage = ({ data }) => {
        const { msg_type, content, parent_header } = JSON.parse(data);
        if (parent_header?.msg_id !== header.msg_id) return;
        if (msg_type === "stream") written += content.text;
        if (msg_type === "error") failed(new Error(`${content.ename}: ${content.evalue}`));
        if (written.includes("end of it")) done(written);
      };
      socket.onerror = () => failed(new Error("The connection to the kernel broke"));
    });
  } finally {
    const closed = new Promise((done) => socket.onclose = done);
    socket.close();
    await closed;
  }
}

const READS = `
import { connectToHistory } from "../src/notebook/history.ts";
const { sql, close } = await connectToHistory();
const [{ n }] = await sql\`select count(*)::int as n from cycles\`;
const refused = await sql\`create table mine (id int)\`.then(() => "written", (error) => error.message);
const run = await (async () => (await new Deno.Command("true").output()).code)().catch((error) => error.name);
await close();
console.log(n, refused, run, "end of it");
`;

Deno.test("task notebook serves who has the token, reads without being able to write, and ends on SIGINT", () =>
  withInstallation(async ({ databaseUrl }) => {
    const sql = connect(databaseUrl);
    await migrate(sql);
    await sql.end();
    const child = notebook(["--no-browser"], { DATABASE_URL: databaseUrl });
    const { url: address, over } = listening(child);
    try {
      const url = await address;
      assert.equal(url.hostname, "127.0.0.1");
      const stranger = await fetch(new URL("/api/contents", url));
      assert.equal(stranger.status, 403);
      await stranger.body?.cancel();
      const said = await inKernel(url, READS);
      assert.match(said, /^0 cannot execute CREATE TABLE in a read-only transaction NotCapable end of it/);
    } finally {
      child.kill("SIGINT");
    }
    await over;
    assert.equal((await child.status).code, 0);
  }));

Deno.test("task notebook says what to run where there is nothing to read", async () => {
  const home = await Deno.makeTempDir({ prefix: "perennial-nothing-" });
  try {
    const child = notebook(["--no-browser"], { PERENNIAL_HOME: home, DATABASE_URL: "" });
    const { code, stderr } = await child.output();
    assert.equal(code, 1);
    assert.match(
      new TextDecoder().decode(stderr),
      /Cannot find an installation to read: .* run deno task demo/,
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("task notebook --help tells what it does", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "--help"],
    cwd: ROOT,
  }).output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), /Usage: deno task notebook \[--no-browser\]/);
});
