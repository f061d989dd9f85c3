import ChartTips from "../islands/ChartTips.tsx";
import LiveSign from "../islands/LiveSign.tsx";
import LocalTimes from "../islands/LocalTimes.tsx";
import { define } from "../src/dashboard/define.ts";
import { Logo, StatusBadge } from "../components/status_badge.tsx";

const PAGES = [
  ["/", "Overview"],
  ["/cycles", "Cycles"],
  ["/versions", "Models"],
  ["/monitoring", "Monitoring"],
  ["/analysis", "Analysis"],
  ["/rollouts", "Rollouts"],
  ["/data", "Data"],
  ["/alerts", "Alerts"],
  ["/configuration", "Configuration"],
  ["/privacy", "Privacy"],
  ["/audit", "Audit"],
  ["/keys", "Keys"],
  ["/docs", "API"],
] as const;
const DONE = { glyph: "good", tone: "good", word: "Done" } as const;

export default define.page(function App({ Component, url, state, error }) {
  // each link says whether it leads here: Fresh would mark those to "/" on every page
  const here = (path: string) => path === "/" ? url.pathname === "/" : url.pathname.startsWith(path);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{error ? "Not shown" : state.title} · Perennial</title>
        <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
        <link rel="stylesheet" href="/perennial.css" />
      </head>
      <body>
        <a class="skip-link" href="#main">Skip to the content</a>
        <header class="topbar">
          <div class="frame">
            <a class="brand" href="/" aria-current="false">
              <Logo /> Perennial
            </a>
            <nav aria-label="Main">
              <ul>
                {PAGES.map(([path, name]) => (
                  <li key={path}>
                    <a href={path} aria-current={here(path) ? "page" : "false"}>
                      {name}
                      {path === "/alerts" && state.openAlerts ? <OpenAlerts n={state.openAlerts} /> : null}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
            <p class="here">
              {state.live && !error && <LiveSign readAt={state.live.readAt} />}
              <a href="/sign-in">
                {state.person
                  ? (
                    <>
                      <span class="visually-hidden">Signed in as</span>
                      {` ${state.person.name}, ${state.person.role}`}
                    </>
                  )
                  : "Sign in"}
              </a>
            </p>
          </div>
        </header>
        <main
          class="frame"
          id="main"
          tabIndex={-1}
          data-follows={state.live?.follows}
          data-revision={state.live?.revision}
        >
          {state.notice && (
            <p class="notice" role="status">
              <StatusBadge badge={DONE} /> {state.notice}
            </p>
          )}
          <Component />
        </main>
        <footer class="frame">
          <p>
            <small>
              <LocalTimes />
            </small>
          </p>
          <ChartTips />
        </footer>
      </body>
    </html>
  );
});

/** Shows the number of open alerts, beside the way to them. */
function OpenAlerts({ n }: { n: number }) {
  return (
    <b class="tally">
      {n}
      <span class="visually-hidden">open</span>
    </b>
  );
}
