import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheHome } from "../embedded/home.ts";
import { plainEnvironment } from "../embedded/programs.ts";
import { pythonWith } from "../embedded/python.ts";
import type { HostEnvironment, Log } from "../embedded/types.ts";
import type { Located } from "./locate.ts";

const REQUIREMENTS = new URL("../../notebooks/requirements.txt", import.meta.url);
/** The folder of the notebooks. */
export const NOTEBOOKS = fileURLToPath(new URL("../../notebooks/", import.meta.url));

/**
 * A Python with Jupyter and, in it alone, the kernel of this very Deno; made when first needed.
 * @throws {PythonUnavailableError} there is no Python 3, or packages cannot be had; says what to do
 */
export async function pythonWithJupyter({ env, uid }: HostEnvironment, log: Log): Promise<string> {
  const python = await pythonWith({
    name: "jupyter",
    purpose: "the notebooks",
    requirements: await Deno.readTextFile(REQUIREMENTS),
    modules: "jupyterlab, nbclient, nbconvert",
    hint: "remove that folder and try again",
  }, { cache: cacheHome({ env, uid }), env, log });
  await installKernel(dirname(dirname(python)));
  return python;
}

/**
 * Written by ourselves: `deno jupyter --install` knows only the user's own folder of kernels, which is not ours to change,
 * and the path of Deno may differ from one call to the next.
 */
async function installKernel(environment: string): Promise<void> {
  const folder = join(environment, "share", "jupyter", "kernels", "deno");
  const spec = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  };
  await Deno.mkdir(folder, { recursive: true });
  const draft = join(folder, `kernel.${Deno.pid}`); // renamed when whole: another process may read it now
  await Deno.writeTextFile(draft, JSON.stringify(spec, null, 2));
  await Deno.rename(draft, join(folder, "kernel.json"));
}

/** Returns the environment of Jupyter and its kernels: no key or secret of the installation is in it. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TERM",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "BROWSER",
  "TMPDIR",
  "XDG_RUNTIME_DIR",
  "DENO_DIR",
  "SSL_CERT_FILE",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NPM_CONFIG_REGISTRY",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "PERENNIAL_S3_ENDPOINT",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_REGION",
];

/** The environment of Jupyter and of its kernels. Its settings and running files are ours alone, beside its Python. */
export function jupyterEnvironment(
  env: HostEnvironment["env"],
  python: string,
  { databaseUrl, artefacts }: Pick<Located, "databaseUrl" | "artefacts">,
): Record<string, string> {
  const own = join(dirname(dirname(python)), "jupyter");
  return plainEnvironment({
    ...Object.fromEntries(PASSED_ON.map((name) => [name, env[name]])),
    DATABASE_URL: databaseUrl,
    PERENNIAL_ARTEFACTS: artefacts,
    PERENNIAL_MODELS: env.PERENNIAL_MODELS && resolve(env.PERENNIAL_MODELS), // kernels run in the notebooks' folder
    JUPYTER_CONFIG_DIR: join(own, "config"),
    JUPYTER_DATA_DIR: join(own, "data"),
    JUPYTER_RUNTIME_DIR: runtimeFolder(python),
    IPYTHONDIR: join(own, "ipython"),
    PYTHONDONTWRITEBYTECODE: "1",
    NO_COLOR: "1",
  });
}

/** Returns the folder where a server of that Python says on which port it listens. */
export const runtimeFolder = (python: string): string => join(dirname(dirname(python)), "jupyter", "run");
