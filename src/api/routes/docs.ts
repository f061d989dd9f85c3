import { readFile } from "node:fs/promises";
import { type Api } from "../deps.ts";
import { openApiDocument } from "../openapi.ts";

/** Files of the npm package that the page needs; nothing is loaded from another server. */
const ASSETS: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Perennial API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/theme.css">
</head>
<body>
<nav class="back" aria-label="Back"><a href="/">Perennial</a> <span>API reference</span></nav>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript. The description itself: <a href="/openapi.json">/openapi.json</a></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** The dashboard's colours around the library's own; dark by turning its colours round, which keeps their contrast. */
const THEME = `:root { color-scheme: light dark; }
body { margin: 0; background: light-dark(#fbfcfa, #101512); }
.back { padding: .75rem 1.25rem; font: 600 .875rem system-ui, sans-serif; color: light-dark(#2c3731, #cdd6d0); }
.back a { color: light-dark(#17624a, #6cc5a0); margin-inline-end: .75rem; }
[data-theme="light"] { color-scheme: light; }
[data-theme="dark"] { color-scheme: dark; }
[data-theme="dark"] .swagger-ui { filter: invert(.9) hue-rotate(180deg); }
[data-theme="dark"] .swagger-ui .microlight, [data-theme="dark"] .swagger-ui img { filter: invert(1) hue-rotate(180deg); }
@media (prefers-color-scheme: dark) {
  :root:not([data-theme]) .swagger-ui { filter: invert(.9) hue-rotate(180deg); }
  :root:not([data-theme]) .swagger-ui :is(.microlight, img) { filter: invert(1) hue-rotate(180deg); }
}
`;

const START =
  `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });\n`;

/** Scripts from here only and none inline; the page's own library writes styles into elements and shows inline pictures. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The OpenAPI document, and a page to browse and try it. */
export function addDocsRoutes(app: Api): void {
  let written: string | undefined;
  app.get(
    "/openapi.json",
    (c) =>
      c.body(written ??= JSON.stringify(openApiDocument(app)), 200, { "Content-Type": "application/json" }),
  );
  app.get("/docs", (c) => {
    const theme = /(?:^|;\s*)perennial_theme=(light|dark)\b/.exec(c.req.header("cookie") ?? "")?.[1];
    const page = theme ? PAGE.replace("<html ", `<html data-theme="${theme}" `) : PAGE;
    return c.html(page, 200, { "Content-Security-Policy": POLICY });
  });
  app.get("/docs/", (c) => c.redirect("/docs"));
  app.get("/docs/theme.css", (c) => c.body(THEME, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/docs/start.js", (c) => c.body(START, 200, { "Content-Type": "text/javascript; charset=utf-8" }));
  for (const [name, type] of Object.entries(ASSETS)) {
    app.get(`/docs/${name}`, async (c) => {
      const bytes = await readFile(new URL(import.meta.resolve(`swagger-ui-dist/${name}`)));
      return c.body(new Uint8Array(bytes), 200, {
        "Content-Type": type,
        "Cache-Control": "public, max-age=86400",
      });
    });
  }
}
