/** The main navigation: groups of pages, in the order in which they are drawn. */

interface NavigationGroup {
  name: string;
  /** `key`: what leads there after `g` */
  pages: readonly { path: string; name: string; key: string }[];
}

export const NAVIGATION: readonly NavigationGroup[] = [
  {
    name: "Operate",
    pages: [
      { path: "/", name: "Overview", key: "o" },
      { path: "/alerts", name: "Alerts", key: "a" },
      { path: "/monitoring", name: "Monitoring", key: "m" },
      { path: "/checks", name: "Checks", key: "k" },
      { path: "/cycles", name: "Cycles", key: "c" },
      { path: "/rollouts", name: "Rollouts", key: "r" },
    ],
  },
  {
    name: "Understand",
    pages: [
      { path: "/versions", name: "Models", key: "d" },
      { path: "/analysis", name: "Analysis", key: "n" },
      { path: "/backtests", name: "Backtests", key: "b" },
    ],
  },
  {
    name: "Set up",
    pages: [
      { path: "/data", name: "Data", key: "t" },
      { path: "/configuration", name: "Configuration", key: "f" },
      { path: "/privacy", name: "Privacy", key: "p" },
      { path: "/audit", name: "Audit", key: "u" },
      { path: "/keys", name: "Keys", key: "y" },
      { path: "/docs", name: "API", key: "i" },
    ],
  },
];

/** Whether an address is the page of a link, or lies below it. */
const leadsTo = (path: string, pathname: string): boolean =>
  path === "/" ? pathname === "/" : pathname === path || pathname.startsWith(`${path}/`);

/** Draws the groups, and marks the link that leads to this page. */
export function Navigation({ pathname, openAlerts }: { pathname: string; openAlerts?: number }) {
  return (
    <nav aria-label="Main">
      {NAVIGATION.map(({ name, pages }) => (
        <div key={name} class="group" role="group" aria-label={name}>
          <b aria-hidden="true">{name}</b>
          <ul>
            {pages.map((page) => (
              <li key={page.path}>
                {/* each link says whether it leads here: Fresh would mark those to "/" on every page */}
                <a href={page.path} aria-current={leadsTo(page.path, pathname) ? "page" : "false"}>
                  {page.name}
                  {page.path === "/alerts" && openAlerts ? <OpenAlerts n={openAlerts} /> : null}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** Shows the number of open alerts, beside the way to them. */
function OpenAlerts({ n }: { n: number }) {
  return (
    <b class="tally">
      {n}
      <span class="visually-hidden">open</span>
    </b>
  );
}
