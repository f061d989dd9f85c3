/** No inline script, no inline style, nothing from elsewhere; but for the script that Fresh itself writes, by its nonce. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'none'",
  "media-src 'none'",
  "worker-src 'none'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** Where Fresh leaves the nonce of a page's inline script, for its own middleware: of an error page it never gets there. */
const NONCE = Symbol.for("__freshNonce");
type Rendered = Response & { [NONCE]?: string };

/**
 * Sets the headers that every answer of the pages carries. Called around the app, since on Fresh itself an error page is
 * drawn outside of the middlewares.
 */
export function withHeaders(answer: Response): Response {
  const { headers } = answer;
  const nonce = (answer as Rendered)[NONCE];
  const policy = (headers.get("content-security-policy") ?? POLICY.join("; "))
    .replace(" 'unsafe-inline'", nonce ? ` 'nonce-${nonce}'` : "")
    .replace("; upgrade-insecure-requests", ""); // Fresh's own: there may be no https here
  headers.set("content-security-policy", policy);
  headers.set("referrer-policy", "same-origin"); // without any a browser would not say where our own forms come from
  // a browser asks again each time, and is told "not modified" where there is an ETag
  headers.set("cache-control", headers.has("etag") ? "no-cache" : "no-store");
  return answer;
}
