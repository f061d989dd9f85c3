import { HttpError } from "fresh";
import ChartTips from "../islands/ChartTips.tsx";
import LiveSign from "../islands/LiveSign.tsx";
import LocalTimes from "../islands/LocalTimes.tsx";
import Notifications from "../islands/Notifications.tsx";
import Palette from "../islands/Palette.tsx";
import { define } from "../src/dashboard/define.ts";
import { helpFor } from "../src/dashboard/guides.ts";
import { NAVIGATION, Navigation } from "../components/navigation.tsx";
import { Logo, StatusBadge, Time } from "../components/status_badge.tsx";
import { ThemeSwitch } from "../components/theme_switch.tsx";
import { VERSION } from "../src/core/version.ts";

/** Names an error in the title of its page. */
const errorTitle = (error: unknown): string =>
  error instanceof HttpError && error.status === 404 ? "Page not found" : "Error";

const PAGES = NAVIGATION.flatMap(({ pages }) => pages);
const STATIC = { glyph: "stopped", tone: "unknown", word: "Not live, as of" } as const;
const DONE = { glyph: "good", tone: "good", word: "Done" } as const;

export default define.page(function App({ Component, url, state, error }) {
  return (
    <html lang="en" data-theme={state.theme === "system" ? undefined : state.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{error ? errorTitle(error) : state.title} · Perennial</title>
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
            <Navigation pathname={url.pathname} openAlerts={state.openAlerts} />
            <div class="here">
              {!error &&
                (state.live ? <LiveSign readAt={state.live.readAt} /> : <StaticSign at={state.readAt} />)}
              <Palette pages={PAGES} />
              <a href={helpFor(url.pathname)}>Help</a>
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
            </div>
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
              Perennial {VERSION} · <a href="/help">Help</a> · <a href="/docs">API reference</a> ·{" "}
              <a href="/openapi.json">OpenAPI</a> · <LocalTimes />
            </small>
          </p>
          {state.live && <Notifications />}
          <ThemeSwitch theme={state.theme ?? "system"} here={url.pathname + url.search} />
          <ChartTips />
        </footer>
      </body>
    </html>
  );
});

/** Says that a page does not keep itself current, and when it was read. */
function StaticSign({ at }: { at?: string }) {
  if (!at) return null;
  return (
    <span class="static-sign">
      <StatusBadge badge={STATIC} /> <Time iso={at} as="clock" />
    </span>
  );
}
