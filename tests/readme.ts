/** What a Markdown text names that can be checked: files, folders and commands of this project. */

export interface Named {
  /** relative addresses of links and pictures, from the page's own folder */
  readonly links: readonly string[];
  /** paths in `code`, from the project's root */
  readonly paths: readonly string[];
  /** as in `deno task NAME` */
  readonly tasks: readonly string[];
}

/**
 * Reads links and code of a Markdown text. A word of code counts as a path where it has a slash and begins with a
 * folder of the project, or has the name of a file; flags, URLs, API routes and patterns do not.
 * @param top names of files and folders at the project's root
 */
export function namedIn(markdown: string, top: readonly string[]): Named {
  const links = [...markdown.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map((m) => m[1] ?? m[2]).filter((link) => !/^([a-z]+:|#|\/\/)/i.test(link));
  const code = [...markdown.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`|^ {4}(.+)$/gm)]
    .map((m) => m[1] ?? m[2] ?? m[3]);
  const words = code.flatMap((text) => text.split(/[\s"'=,;()|]+/)).map((word) => word.replace(/^\.\//, ""));
  const paths = words.filter((word) => top.includes(word.split("/")[0]) && !/[*<>{}$:]|\.\.\./.test(word));
  const tasks = code.flatMap((text) =>
    [...text.matchAll(/\bdeno(?:@[\w.]+)? task ([a-z][\w:-]*)/g)].map((m) => m[1])
  );
  return { links: clean(links), paths: clean(paths), tasks: [...new Set(tasks)] };
}

/** Paths without what follows `#` or `?`, each once. */
const clean = (paths: readonly string[]): string[] =>
  [...new Set(paths.map((path) => path.replace(/[#?].*$/, "").replace(/\/$/, "")))].filter((path) =>
    path !== ""
  );

/** The anchors of a Markdown text's headings, as code hosts make them. */
export const anchorsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
