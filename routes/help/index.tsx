import { PageHeader } from "../../components/page_header.tsx";
import { define } from "../../src/dashboard/define.ts";
import { GUIDES } from "../../src/dashboard/guides.ts";

export default define.page(function Help({ state }) {
  state.title = "Help";
  return (
    <>
      <PageHeader>
        <h1>Help</h1>
        <p>
          Documents of the version that runs here. The <a href="/docs">API reference</a> has every route, and
          {" "}
          <code>perennial --help</code> every command.
        </p>
      </PageHeader>
      <ul class="guides">
        {GUIDES.map(({ name, title, about }) => (
          <li key={name}>
            <a href={`/help/${name}`}>{title}</a>
            <p>{about}.</p>
          </li>
        ))}
        <li>
          <a href="/help/decisions/README">Decisions</a>
          <p>Why it is as it is, with what was measured.</p>
        </li>
      </ul>
    </>
  );
});
