import { HttpError, page } from "fresh";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { Problem } from "../../components/problem.tsx";
import { define, type State } from "../../src/dashboard/define.ts";
import { field, readForm, seeOther } from "../../src/dashboard/form.ts";

const NOTE_MAX = 2000;

interface Shown {
  model: string;
  version: number;
  note: string;
  /** with blanks between them */
  tags: string;
  once: string;
  problem: string | null;
}

/** The version that the address names, with what stands there. @throws {HttpError} there is none */
async function asked(url: URL, state: State): Promise<Shown> {
  const model = url.searchParams.get("model") ?? "";
  const version = Number(url.searchParams.get("version"));
  const known = Number.isInteger(version) && version > 0 && version < 1e9;
  if (!known || !await state.dashboard.version(model, version)) {
    throw new HttpError(404, "There is no such version");
  }
  const note = (await state.dashboard.notes(model)).find((note) => note.version === version);
  state.title = `Note on ${model} v${version}`;
  const tags = note?.tags.join(" ") ?? "";
  return { model, version, note: note?.note ?? "", tags, once: crypto.randomUUID(), problem: null };
}

export const handler = define.handlers({
  GET: async ({ url, state }) => page(await asked(url, state)),
  async POST(ctx) {
    const form = await readForm(ctx);
    const shown = await asked(ctx.url, ctx.state);
    const [note, words, once] = ["note", "tags", "once"].map((name) => field(form, name));
    const { model, version } = shown;
    const refused = await ctx.state.sessions.change(ctx.state.person!, {
      method: "PUT",
      path: `/models/${model}/versions/${version}/note`,
      body: { note, tags: words.split(/[\s,]+/).filter((tag) => tag !== "") },
      once,
    });
    if (refused) {
      return page({ ...shown, note, tags: words, once, problem: refused.why as string | null }, {
        status: refused.status,
      });
    }
    await ctx.state.sessions.leaveNotice(ctx.state.person!, `The note on ${model} v${version} is saved.`);
    return seeOther(`/versions/${model}/${version}`);
  },
});

export default define.page<typeof handler>(function Note({ data, state, url }) {
  const { model, version, note, tags, once, problem } = data;
  const back = `/versions/${model}/${version}`;
  return (
    <>
      <PageHeader>
        <Crumbs above={["/versions", { href: back, name: `${model} v${version}` }]} here="Note" />
        <h1>Note on {model} v{version}</h1>
        <p>Shown with the version, in its model card and by the command. Do not name shoppers.</p>
      </PageHeader>
      {problem && <Problem text={problem} />}
      <form class="form" method="post" action={url.pathname + url.search}>
        <input type="hidden" name="token" value={state.person?.token} />
        <input type="hidden" name="once" value={once} />
        <label for="note">
          Note <small>At most {NOTE_MAX} characters.</small>
        </label>
        <textarea id="note" name="note" rows={4} maxLength={NOTE_MAX}>{note}</textarea>
        <label for="tags">
          Tags <small>Lower-case words with blanks between them, as: season before-relaunch</small>
        </label>
        <input id="tags" name="tags" maxLength={800} value={tags} autocomplete="off" />
        <p class="row">
          <button type="submit" class="chosen">Save</button>
          <a href={back}>Cancel</a>
        </p>
      </form>
    </>
  );
});
