/** A registry that has one package of ours, and passes everything else on. */
import { createHash } from "node:crypto";
import { basename } from "node:path";

/** Serves a tarball as npm does. @returns its address, and what ends it */
export async function serveRegistry(
  { tarball, name, version, upstream }: { tarball: string; name: string; version: string; upstream: string },
): Promise<AsyncDisposable & { url: string }> {
  const bytes = await Deno.readFile(tarball);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
    async (request) => {
      const { pathname, origin } = new URL(request.url);
      if (pathname === `/${basename(tarball)}`) return new Response(bytes);
      if (pathname !== `/${name}`) {
        return await fetch(new URL(pathname.slice(1), upstream), {
          redirect: "follow",
        });
      }
      return Response.json({
        name,
        "dist-tags": { latest: version },
        versions: { [version]: await about(origin) },
      });
    },
  );
  const about = async (origin: string) => ({
    ...JSON.parse(await Deno.readTextFile(new URL("package.json", `file://${tarball}`))),
    dist: {
      tarball: `${origin}/${basename(tarball)}`,
      shasum: createHash("sha1").update(bytes).digest("hex"),
      integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    },
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}
