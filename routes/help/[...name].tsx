import { HttpError, page } from "fresh";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { define } from "../../src/dashboard/define.ts";
import { readGuide } from "../../src/dashboard/guides.ts";

export const handler = define.handlers({
  async GET({ params, state }) {
    const guide = await readGuide(params.name);
    if (guide === null) throw new HttpError(404, "There is no such document");
    state.title = guide.title;
    return page(guide);
  },
});

export default define.page<typeof handler>(function Guide({ data: { title, html } }) {
  return (
    <>
      <PageHeader>
        <Crumbs above={["/help"]} here={title} />
        <h1>{title}</h1>
      </PageHeader>
      <article class="guide" dangerouslySetInnerHTML={{ __html: html }} />
    </>
  );
});
