/** The project's own documents, `docs/*.md`, as pages of the dashboard. */
import { readFile } from "node:fs/promises";
import { Marked, type RendererObject } from "marked";

const DOCS = new URL("../../docs/", import.meta.url);

/** A document of which the dashboard has a page. */
export interface Guide {
  /** the file's name, without its end */
  name: string;
  title: string;
  about: string;
}

/** Every document that a reader looks for by its name, in the order in which one needs them. */
export const GUIDES: readonly Guide[] = [
  { name: "your-own-shop", title: "Your own shop", about: "From an export to a first deployed model" },
  { name: "concepts", title: "Concepts", about: "Cut-off, label, champion, gate: how they hang together" },
  { name: "settings", title: "Settings", about: "Every setting with its values, default and reach" },
  { name: "api", title: "API guide", about: "Events and predictions from TypeScript, Python, PHP, curl" },
  { name: "operating", title: "Operating", about: "Start, watch, back up, upgrade, run the parts apart" },
  { name: "troubleshooting", title: "Troubleshooting", about: "Every finding and message, and its cure" },
  { name: "monitoring", title: "Monitoring", about: "Data quality, drift and performance" },
  { name: "rollouts", title: "Rollouts", about: "How a new version comes to serve, and goes back" },
  {
    name: "backtests-and-notebooks",
    title: "Backtests and notebooks",
    about: "What other policies would have done",
  },
  { name: "privacy", title: "Privacy", about: "Access, erasure and objection of a shopper" },
  { name: "security", title: "Security", about: "Threats, what stands against them, hardening" },
  { name: "extending", title: "Extending", about: "Models, features, checks and channels of your own" },
  { name: "scale", title: "Scale", about: "What limits each part, and what moves the limit" },
  { name: "many-shops", title: "Many shops", about: "Several shops on the same servers" },
  { name: "glossary", title: "Glossary", about: "One word for one thing" },
  { name: "architecture", title: "Architecture", about: "Where the code is that decides" },
];

/** The guide that helps on a page, by how its path begins. */
const HELPS: readonly (readonly [path: string, guide: string])[] = [
  ["/alerts", "troubleshooting"],
  ["/monitoring", "monitoring"],
  ["/rollouts", "rollouts"],
  ["/cycles", "concepts"],
  ["/checks", "concepts"],
  ["/versions", "concepts"],
  ["/backtests", "backtests-and-notebooks"],
  ["/data", "your-own-shop"],
  ["/act/import", "your-own-shop"],
  ["/privacy", "privacy"],
  ["/act/person", "privacy"],
  ["/keys", "security"],
  ["/audit", "security"],
  ["/configuration", "settings"],
];

/** Returns where a reader of this page finds help. */
export function helpFor(pathname: string): string {
  const found = HELPS.find(([path]) => pathname === path || pathname.startsWith(`${path}/`));
  return found ? `/help/${found[1]}` : "/help";
}

/** A document as it is shown. */
export interface GuidePage {
  title: string;
  /** safe to show as it is: made from our own files alone, without their first heading */
  html: string;
}

const NAME = /^(decisions\/)?[\w-]+$/;

/** Reads a document. @param name as in `GUIDES`, or `decisions/NAME`; any other text is no document @returns null: none */
export async function readGuide(name: string): Promise<GuidePage | null> {
  if (!NAME.test(name)) return null;
  const text = await readFile(new URL(`${name}.md`, DOCS), "utf8").catch(() => null);
  if (text === null) return null;
  const title = /^# (.+)$/m.exec(text)?.[1] ?? name;
  const body = text.replace(/^# .+$/m, "");
  return { title, html: await rendererOf(name).parse(body) };
}

const rendererOf = (name: string) => new Marked({ renderer: { ...SHARED, link: linkFrom(name) } });

/** Headings that can be linked to, tables and code that scroll by themselves; pictures are left to the pages they show. */
const SHARED: RendererObject = {
  heading({ tokens, depth, text }) {
    return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
  },
  code({ text }) {
    return `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`;
  },
  table({ header, rows }) {
    const cells = (tag: string, row: typeof header) =>
      row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join("");
    const head = `<thead><tr>${cells("th", header)}</tr></thead>`;
    const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
    return `<div class="scroll-x" tabindex="0"><table>${head}<tbody>${body}</tbody></table></div>\n`;
  },
  image: () => "",
};

/** A link to another document leads to its page; one to a file that is no document is text. */
const linkFrom = (name: string): RendererObject["link"] =>
  function ({ href, tokens }) {
    const to = addressOf(href, name);
    const text = this.parser.parseInline(tokens).replace(/^(\w[\w-]*)\.md$/, "$1"); // a page is no file
    return to === null ? text : `<a href="${escaped(to)}">${text}</a>`;
  };

/** @param from the document that the link is in   @returns null: it leads to no document */
function addressOf(href: string, from: string): string | null {
  if (/^(https?:|\/|#)/.test(href)) return href;
  const { pathname, hash } = new URL(href, `file:///docs/${from}.md`);
  const name = /^\/docs\/(.+)\.md$/.exec(pathname)?.[1];
  return name && NAME.test(name) ? `/help/${name}${hash}` : null;
}

/** The fragment by which readers of the file on a code host reach a heading. */
const slugOf = (text: string): string =>
  text.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-");

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => ESCAPES[char]);
