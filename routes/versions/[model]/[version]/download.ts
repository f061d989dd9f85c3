import { HttpError } from "fresh";
import { define } from "../../../../src/dashboard/define.ts";
import { seeOther, signInPath } from "../../../../src/dashboard/form.ts";
import { htmlOf, markdownOf } from "../../../../src/format/document.ts";

const WAYS = ["card.md", "card.html", "artefact"];

/** The card of a version as a file, and its artefact to who may have it. */
export const handler = define.handlers({
  async GET({ params: { model, version }, url, state }) {
    const what = url.searchParams.get("what") ?? "";
    const number = Number(version);
    const card = WAYS.includes(what) && Number.isInteger(number) && number > 0 && number < 1e9
      ? await state.dashboard.modelCard(model, number)
      : null;
    if (!card) throw new HttpError(404, "There is nothing of this name to download");
    if (what !== "artefact") {
      return what === "card.html"
        ? file(htmlOf(card), "text/html", `${model}-v${number}.html`)
        : file(markdownOf(card), "text/markdown", `${model}-v${number}.md`);
    }
    const { person, sessions } = state;
    if (!person) return seeOther(signInPath(url.pathname + url.search));
    const answer = await sessions.download(person, `/models/${model}/versions/${number}/artefact`);
    if ("why" in answer) throw new HttpError(answer.status, answer.why);
    return file(answer.bytes, "application/octet-stream", `${model}-v${number}.artefact`);
  },
});

const file = (content: string | Uint8Array<ArrayBuffer>, type: string, name: string): Response =>
  new Response(content, {
    headers: {
      "content-type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
      "content-disposition": `attachment; filename="${name}"`,
    },
  });
