import { HttpError, page } from "fresh";
import { inForm } from "./(_components)/form_words.ts";
import { ImportList, PlanForm, RunningImport, Trial, UploadForm } from "./(_components)/import_parts.tsx";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { Problem } from "../../components/problem.tsx";
import { define, type State } from "../../src/dashboard/define.ts";
import { field, readForm, seeOther } from "../../src/dashboard/form.ts";
import { follow } from "../../src/dashboard/view.ts";
import type { ImportTrial, UploadState } from "../../src/dashboard/uploads.ts";
import { messageOf } from "../../src/core/errors.ts";

const PATH = "/act/import";

/** What the page shows of an uploaded file. */
interface Shown {
  id: string;
  name: string;
  state: UploadState;
  fields: Record<string, string>;
  /** null: it was not tried, or could not be read */
  trial: ImportTrial | null;
}

/** The upload that the address names, tried as its fields say. */
async function shownOf(
  state: State,
  params: URLSearchParams,
): Promise<{ shown: Shown | null; problem: string | null }> {
  const id = params.get("upload");
  if (id === null) return { shown: null, problem: null };
  const { uploads } = state;
  const by = state.person!.name;
  const fields = Object.fromEntries(params);
  try {
    const { name, state: now } = await uploads.find(id, by);
    const shown = { id, name, state: now, fields, trial: null };
    if (now.kind !== "waiting") return { shown, problem: now.kind === "failed" ? now.text : null };
    try {
      const trial = await uploads.preview(id, by, uploads.planFrom((key) => params.get(key)?.trim() ?? ""));
      return { shown: { ...shown, trial }, problem: null };
    } catch (error) {
      return { shown, problem: messageOf(error) };
    }
  } catch {
    return { shown: null, problem: "This file is no longer here: choose it again" };
  }
}

export const handler = define.handlers({
  async GET({ url, state }) {
    state.title = "Import";
    // before the upload is read: one that ends in between is drawn anew
    if (url.searchParams.has("upload")) await follow(state, "data");
    const { shown, problem } = await shownOf(state, url.searchParams);
    if (shown?.state.kind !== "running") state.live = undefined;
    const tooLarge = url.searchParams.has("too-large") ? state.uploads.tooLarge : null;
    return page({ shown, problem: problem ?? tooLarge, imports: await state.dashboard.imports() });
  },
  async POST(ctx) {
    if (!ctx.state.person) {
      throw new HttpError(403, "You are no longer signed in: sign in, then send it again");
    }
    const form = await readForm(ctx);
    const { uploads, person } = ctx.state;
    const by = person!.name;
    const id = field(form, "upload");
    if (id !== "") {
      const params = new URLSearchParams(
        [...form].flatMap(([key, value]) =>
          typeof value === "string" && key !== "token" ? [[key, value]] : []
        ),
      );
      try {
        await uploads.start(id, by, uploads.planFrom((key) => field(form, key)));
      } catch (error) {
        throw new HttpError(422, messageOf(error));
      }
      return seeOther(`${PATH}?${params}`);
    }
    const file = form.get("file");
    if (!(file instanceof File) || file.size === 0) {
      ctx.state.title = "Import";
      const problem = "Choose a file that holds something";
      return page({ shown: null, problem, imports: await ctx.state.dashboard.imports() }, { status: 422 });
    }
    const kept = await uploads.keep({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()), by });
    return seeOther(`${PATH}?${new URLSearchParams({ upload: kept })}`);
  },
});

export default define.page<typeof handler>(function Import({ data: { shown, problem, imports }, state }) {
  const person = state.person!;
  return (
    <div id="import" data-redraw={shown?.state.kind === "running" ? true : undefined}>
      <PageHeader>
        <Crumbs above={["/data"]} here={shown === null ? "Import a file" : shown.name} />
        <h1>{heading(shown)}</h1>
        <p>
          The same as <code>perennial import</code>{" "}
          on the command line: an event counts once, whatever way it came, and an import can be taken out
          again.
        </p>
      </PageHeader>
      {problem && <Problem text={inForm(problem)} />}
      {shown === null && <UploadForm token={person.token} sizeMax={state.uploads.sizeMax} />}
      {shown && shown.state.kind !== "waiting" && <RunningImport name={shown.name} state={shown.state} />}
      {shown?.trial && <Trial trial={shown.trial} />}
      {shown && (shown.state.kind === "waiting" || shown.state.kind === "failed") && (
        <PlanForm
          id={shown.id}
          token={person.token}
          fields={shown.fields}
          trial={shown.trial}
          presets={state.uploads.presets}
          planFields={state.uploads.planFields}
        />
      )}
      <ImportList imports={imports} person={person} />
    </div>
  );
});

function heading(shown: Shown | null): string {
  if (shown === null) return "Import a file of events";
  switch (shown.state.kind) {
    case "waiting":
      return `What an import of ${shown.name} would do`;
    case "running":
      return `${shown.name} is being imported`;
    case "done":
      return `${shown.name} was imported`;
    case "failed":
      return `${shown.name} could not be imported`;
  }
}
