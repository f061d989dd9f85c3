import type { Service } from "../service.ts";

/** Says where the API key is; shows it only when it was made just now. */
export function keyText({ url, key }: Pick<Service, "url" | "key">): string {
  if (url === null) return "Ctrl-C ends it";
  if (key.created) {
    return `API key, shown this once: ${key.key}\nIt is kept in ${key.path}. Ctrl-C ends Perennial`;
  }
  if (key.path !== null) return `The API key is in ${key.path}. Ctrl-C ends Perennial`;
  return key.key === null
    ? "The API key was made on another machine"
    : "The API key is the one in PERENNIAL_API_KEY";
}
