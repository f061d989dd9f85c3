/** The Helm chart, rendered by Helm itself and judged by Kubernetes' own schemas. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { cacheHome } from "../../src/embedded/home.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { pythonWith } from "../../src/embedded/python.ts";
import { goModule, goProgram } from "./go_program.ts";

export const CHART = fileURLToPath(new URL("../../deploy/helm/perennial", import.meta.url));

/** The oldest Kubernetes that the chart supports, and the newest whose schemas there are. */
export const KUBERNETES = ["1.30", "1.37"] as const;

const HELM = { name: "helm", path: "helm.sh/helm/v3/cmd/helm", version: "v3.22.0", probe: ["version"] };
const KEDA = { module: "github.com/kedacore/keda/v2", version: "v2.21.0" };
const OPERATOR = {
  module: "github.com/prometheus-operator/prometheus-operator",
  version: "v0.85.0",
};

const PACKAGES = {
  name: "kubernetes-validate",
  purpose: "the chart's tests",
  requirements: [
    "kubernetes-validate==1.37.0",
    "PyYAML==6.0.3",
    "jsonschema==4.26.0",
    "importlib-resources==6.5.2",
    "typing-extensions==4.15.0",
    "referencing==0.37.0",
    "packaging==25.0",
  ].join("\n"),
  modules: "kubernetes_validate",
  hint: "it needs Python 3.10 or newer",
};

/** The path of Helm, built on the first call; null: it cannot be built here. */
export const findHelm = (): Promise<string | null> => goProgram(HELM);

/** Where KEDA's sources are, which say what its scalers read. */
export const findKeda = (): Promise<string | null> => goModule(KEDA.module, KEDA.version);

/** The definitions of resources that KEDA and the Prometheus operator bring. */
export async function customResources(): Promise<string[]> {
  const keda = await goModule(KEDA.module, KEDA.version);
  const operator = await goModule(OPERATOR.module, OPERATOR.version);
  if (keda === null || operator === null) throw new Error("Cannot get the definitions of custom resources");
  return [
    join(keda, "config/crd/bases/keda.sh_scaledobjects.yaml"),
    join(keda, "config/crd/bases/keda.sh_triggerauthentications.yaml"),
    join(operator, "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"),
  ];
}

/** Runs Helm on the chart with a file of values. One that Go built believes itself on Kubernetes 1.20 unless told. */
export async function helm(
  program: string,
  verb: "lint" | "template",
  values: string,
  more: readonly string[] = [],
): Promise<{ ok: boolean; output: string }> {
  const release = verb === "template" ? ["shop"] : [];
  const args = [verb, ...release, CHART, "--values", values, "--kube-version", KUBERNETES[0], ...more];
  return await runProgram(program, args, { timeoutMs: 60_000 });
}

const Resource = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type Resource = z.infer<typeof Resource>;

const Judged = z.object({
  resources: z.record(z.string(), z.array(Resource)),
  faults: z.array(z.string()),
});

/** Reads rendered texts, and judges each resource by the schemas of each Kubernetes and of the custom resources. */
export async function judge(
  texts: Readonly<Record<string, string>>,
  custom: readonly string[],
): Promise<z.infer<typeof Judged>> {
  const env = Deno.env.toObject();
  const python = await pythonWith(PACKAGES, {
    cache: cacheHome({ env, uid: Deno.uid() }),
    env,
    log: (line) => console.log(line),
  });
  const job = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(job, JSON.stringify({ texts, custom, kubernetes: KUBERNETES }));
    const script = fileURLToPath(new URL("./judge_resources.py", import.meta.url));
    const { ok, output } = await runProgram(python, [script, job], { timeoutMs: 120_000 });
    if (!ok) throw new Error(output);
    return Judged.parse(JSON.parse(output));
  } finally {
    await Deno.remove(job);
  }
}
