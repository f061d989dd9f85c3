import assert from "node:assert/strict";
import { GUIDES, helpFor, readGuide } from "../../src/dashboard/guides.ts";
import { NAVIGATION } from "../../components/navigation.tsx";

const DOCS = new URL("../../docs/", import.meta.url);

async function documents(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(DOCS)) if (name.endsWith(".md")) names.push(name.slice(0, -3));
  for await (const { name } of Deno.readDir(new URL("decisions/", DOCS))) {
    if (name.endsWith(".md")) names.push(`decisions/${name.slice(0, -3)}`);
  }
  return names;
}

Deno.test("every document that is no decision is on the page of help", async () => {
  const listed = GUIDES.map(({ name }) => name).sort();
  assert.deepEqual(listed, (await documents()).filter((name) => !name.includes("/")).sort());
});

Deno.test("every link of a document leads to a document and a heading that are there", async () => {
  const pages = new Map<string, string>();
  for (const name of await documents()) pages.set(`/help/${name}`, (await readGuide(name))!.html);
  let links = 0;
  for (const [from, html] of pages) {
    for (const [, path, hash] of html.matchAll(/href="(?:(\/help[^"#]*))?(?:#([^"]*))?"/g)) {
      links++;
      const target = pages.get(path ?? from);
      assert.ok(target !== undefined, `${from} links to ${path}, which is not there`);
      if (hash) assert.ok(target.includes(` id="${hash}"`), `${from} links to ${path ?? ""}#${hash}`);
    }
    assert.doesNotMatch(html, /<img|href="[^"]*\.md/, from);
  }
  assert.ok(links > 50, `${links} links`);
});

for (const name of ["../deno", "nothing", "decisions/../../deno", "operating.md", ""]) {
  Deno.test(`readGuide("${name}") is none`, async () => assert.equal(await readGuide(name), null));
}

Deno.test("code and markup in a document are text", async () => {
  const { html } = (await readGuide("operating"))!;
  assert.doesNotMatch(html, /<(script|iframe|style)\b/);
  assert.match(html, /<pre tabindex="0"><code>curl -H &quot;Authorization/);
});

Deno.test("help of any page is a page", async () => {
  const paths = NAVIGATION.flatMap(({ pages }) => pages.map(({ path }) => helpFor(path)));
  for (const path of paths.filter((path) => path !== "/help")) {
    assert.ok(await readGuide(path.replace("/help/", "")), path);
  }
  assert.equal(helpFor("/monitoring"), "/help/monitoring");
  assert.equal(helpFor("/rollouts/a/b"), "/help/rollouts");
});
