/** Whether a request asks for a page, as a browser does. */
export const wantsPage = (req: Request): boolean => req.headers.get("accept")?.includes("text/html") ?? false;

/** Whether a person opens the page, and not a page that draws itself anew. */
export const isVisit = (req: Request): boolean =>
  req.method === "GET" && wantsPage(req) && (req.headers.get("sec-fetch-mode") ?? "navigate") === "navigate";

/** Whether a request carries a form, as a browser sends it. */
export const isForm = (req: Request): boolean =>
  /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(req.headers.get("content-type") ?? "");
