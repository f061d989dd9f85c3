import type { ComponentChildren } from "preact";
import { NAVIGATION } from "./navigation.tsx";

interface Props {
  /** pages above this one, outermost first; a page of the navigation by its path alone */
  above: readonly (string | { href: string; name: string })[];
  /** what this page is called */
  here: string;
  /** pages beside it */
  children?: ComponentChildren;
}

const OTHERS: Readonly<Record<string, string>> = { "/help": "Help" };

/** The name of a page of the navigation. */
const nameOf = (path: string): string =>
  NAVIGATION.flatMap(({ pages }) => pages).find((page) => page.path === path)?.name ?? OTHERS[path] ?? path;

/** Where a page stands below others. */
export function Crumbs({ above, here, children }: Props) {
  const links = above.map((link) => typeof link === "string" ? { href: link, name: nameOf(link) } : link);
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      <ol>
        {links.map(({ href, name }) => (
          <li key={href}>
            <a href={href} aria-current="false">{name}</a>
          </li>
        ))}
        <li aria-current="page">{here}</li>
      </ol>
      {children}
    </nav>
  );
}

/** The page of the navigation that an address is on or below; the overview where it is none. */
export function pageAbove(href: string): string {
  const { pathname } = new URL(href, "http://localhost");
  const top = `/${pathname.split("/")[1]}`;
  return NAVIGATION.some(({ pages }) => pages.some(({ path }) => path === top)) ? top : "/";
}
