import { type Theme, THEMES } from "../src/dashboard/theme.ts";

const NAMES: Readonly<Record<Theme, string>> = { system: "System", light: "Light", dark: "Dark" };

/** Chooses how the pages look: a form, so that it works without JavaScript. */
export function ThemeSwitch({ theme, here }: { theme: Theme; here: string }) {
  return (
    <form class="theme" method="post" action="/theme">
      <input type="hidden" name="to" value={here} />
      <span id="theme">Theme</span>
      {THEMES.map((one) => (
        <button
          key={one}
          type="submit"
          name="theme"
          value={one}
          aria-pressed={one === theme ? "true" : "false"}
          aria-describedby="theme"
        >
          {NAMES[one]}
        </button>
      ))}
    </form>
  );
}
