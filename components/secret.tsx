import type { MadeKey } from "../src/dashboard/key_answers.ts";
import type { ComponentChildren } from "preact";
import { PageHeader } from "./page_header.tsx";

/** Shows a key that was just made: this page is the only place where it ever stands. */
export function Secret(
  { made, note, children }: {
    made: Pick<MadeKey, "name" | "role" | "key">;
    note: string;
    /** what may be done with it */
    children: ComponentChildren;
  },
) {
  return (
    <>
      <PageHeader>
        <h1>The key of {made.name} is made.</h1>
        <p>It is shown this once: copy it now. Only a salted hash of it is kept. {note}</p>
      </PageHeader>
      <p class="row">
        <label for="secret">Key</label>
        <output id="secret">
          <code>{made.key}</code>
        </output>
        {children}
      </p>
      <p class="row">
        <a href="/keys">All keys</a>
      </p>
    </>
  );
}
