import type { Service } from "../service.ts";

/** Says where the API key is; shows it only when it was made just now. */
export function keyText({ url, key }: Pick<Service, "url" | "key">): string {
  if (url === null) return "Ctrl-C ends it";
  const signIn =
    `To act from the dashboard, sign in with it: ${url}/sign-in, or by the link of: perennial keys link`;
  if (key.created) {
    return `API key, shown this once: ${key.key}\nIt is kept in ${key.path}. ${signIn}\nCtrl-C ends Perennial`;
  }
  if (key.path !== null) return `The API key is in ${key.path}. ${signIn}\nCtrl-C ends Perennial`;
  const where = key.key === null ? "was made on another machine" : "is the one in PERENNIAL_API_KEY";
  return `The API key ${where}. ${signIn}`;
}
