import { HttpError, page } from "fresh";
import { ActButton } from "../../components/act.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { StatusBadge, Time } from "../../components/status_badge.tsx";
import { readKeys } from "../../src/dashboard/key_answers.ts";
import { define } from "../../src/dashboard/define.ts";
import { seeOther, signInPath } from "../../src/dashboard/form.ts";
import type { Person } from "../../src/dashboard/session.ts";
import type { ApiKey } from "../../src/db/access/api_keys.ts";
import { counted } from "../../src/format/numbers.ts";

export const handler = define.handlers({
  async GET({ url, state: { sessions, person }, state }) {
    if (!person) return seeOther(signInPath(url.pathname + url.search));
    const answer = await sessions.ask(person, { method: "GET", path: "/keys", once: crypto.randomUUID() });
    if ("why" in answer) throw new HttpError(answer.status, answer.why);
    state.title = "Keys";
    return page({ keys: readKeys(answer.body) });
  },
});

export default define.page<typeof handler>(function KeysPage({ data: { keys }, state }) {
  const person = state.person!;
  const unused = keys.filter((key) => key.lastUsedAt === null).length;
  return (
    <>
      <PageHeader>
        <h1>{counted(keys.length, "key")} can be used here{unused > 0 ? `, ${unused} never was` : ""}.</h1>
        <p>
          No key is shown: only a salted hash of each is kept. What its holder did stands in the{" "}
          <a href="/audit">audit</a>, under its name.
        </p>
      </PageHeader>
      <p class="row">
        <ActButton person={person} href="/act/add-key">Make a key</ActButton>
      </p>
      <div class="scroll">
        <table class="records">
          <thead>
            <tr>
              {["Name", "Role", "Scopes", "Made", "Ends", "Last used", "Change"].map((name) => (
                <th key={name} scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>{keys.map((key) => <KeyRow key={key.name} row={key} person={person} />)}</tbody>
        </table>
      </div>
    </>
  );
});

const EXPIRED = { glyph: "stopped", tone: "unknown", word: "Expired" } as const;

function KeyRow({ row, person }: { row: ApiKey; person: Person }) {
  const query = new URLSearchParams({ name: row.name });
  return (
    <tr>
      <th scope="row">{row.name}</th>
      <td data-label="Role">{row.role}</td>
      <td data-label="Scopes">{row.scopes === null ? "all of its role" : row.scopes.join(", ")}</td>
      <td data-label="Made">
        <Time iso={row.createdAt} as="moment" />{" "}
        {row.createdBy ? `by ${row.createdBy}` : "by the installation"}
      </td>
      <td data-label="Ends">
        {row.expired && <StatusBadge badge={EXPIRED} />}{" "}
        {row.expiresAt ? <Time iso={row.expiresAt} as="moment" /> : "when it is revoked"}
      </td>
      <td data-label="Last used">{row.lastUsedAt ? <Time iso={row.lastUsedAt} as="moment" /> : "never"}</td>
      <td data-label="Change">
        <ActButton person={person} href={`/act/rotate-key?${query}`} label={`Rotate the key of ${row.name}`}>
          Rotate
        </ActButton>{" "}
        <ActButton person={person} href={`/act/revoke-key?${query}`} label={`Revoke the key of ${row.name}`}>
          Revoke
        </ActButton>
      </td>
    </tr>
  );
}
