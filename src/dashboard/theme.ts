/** The look of the pages, as a browser keeps it in a cookie. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = typeof THEMES[number];

const COOKIE = "perennial_theme";
const YEAR_S = 365 * 86_400;

/** Returns the theme that a request asks for; by itself a page follows the system. */
export function themeOf({ headers }: Request): Theme {
  const value = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\w+)`).exec(headers.get("cookie") ?? "")?.[1];
  return THEMES.find((theme) => theme === value) ?? "system";
}

/** Returns the cookie that keeps a theme for a year; it tells nothing about a person. */
export const themeCookie = (theme: Theme): string =>
  `${COOKIE}=${theme}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax; HttpOnly`;
