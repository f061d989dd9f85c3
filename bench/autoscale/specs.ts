/** The specifications that the chart renders, as the cluster would read them. */
import { customResources, findHelm, helm, judge } from "../../tests/support/chart.ts";
import type { Direction, Metric, ScalerSpec } from "./scaler.ts";

/** A Deployment, and what scales it. */
export interface Workload {
  name: string;
  spec: ScalerSpec;
  /** variables of its container */
  env: Record<string, string>;
  args: string[];
  /** cores that its container asks for */
  cores: number;
  /** between being taken out of the Service and SIGTERM */
  preStopSeconds: number;
  graceSeconds: number;
}

// deno-lint-ignore no-explicit-any -- rendered resources, whose shape the schemas have judged
type Any = any;

/** Renders the chart with these values, and reads what scales its Deployments. @throws {Error} Helm refuses them */
export async function readWorkloads(values: unknown): Promise<Workload[]> {
  const program = await findHelm();
  if (program === null) throw new Error("Cannot render the chart: Helm is built with Go, which is not there");
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, JSON.stringify(values)); // JSON is YAML
  const { ok, output } = await helm(program, "template", file).finally(() => Deno.remove(file));
  if (!ok) throw new Error(output);
  const { resources: { chart }, faults } = await judge({ chart: output }, await customResources());
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return chart.flatMap((resource: Any) => isScaler(resource) ? [workloadOf(resource, chart)] : []);
}

const isScaler = ({ kind }: Any) => kind === "HorizontalPodAutoscaler" || kind === "ScaledObject";

function workloadOf(scaler: Any, resources: readonly Any[]): Workload {
  const { name } = scaler.spec.scaleTargetRef;
  const { spec } = resources.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === name);
  const [container] = spec.template.spec.containers;
  return {
    name,
    spec: scaler.kind === "ScaledObject" ? specOfKeda(scaler) : specOfHpa(scaler),
    env: Object.fromEntries(container.env.map(({ name, value }: Any) => [name, value])),
    args: container.args,
    cores: coresOf(String(container.resources.requests.cpu)),
    preStopSeconds: container.lifecycle?.preStop.sleep.seconds ?? 0,
    graceSeconds: spec.template.spec.terminationGracePeriodSeconds,
  };
}

const coresOf = (text: string): number => text.endsWith("m") ? Number.parseInt(text) / 1000 : Number(text);

const directionsOf = ({ scaleUp, scaleDown }: { scaleUp: Direction; scaleDown: Direction }) => ({
  up: scaleUp,
  down: scaleDown,
});

function specOfHpa({ metadata, spec }: Any): ScalerSpec {
  return {
    name: metadata.name,
    min: spec.minReplicas,
    max: spec.maxReplicas,
    metrics: spec.metrics.map(metricOf),
    ...directionsOf(spec.behavior),
  };
}

function metricOf({ type, resource, pods }: Any): Metric {
  if (type === "Resource") return { kind: "cpu", percent: resource.target.averageUtilization };
  return { kind: "latency", seconds: Number.parseInt(pods.target.averageValue) / 1000 };
}

/** KEDA makes a HorizontalPodAutoscaler on an external metric of this. */
function specOfKeda({ metadata, spec }: Any): ScalerSpec {
  const [{ metadata: trigger }] = spec.triggers;
  const metric: Metric = {
    kind: "backlog",
    taskQueue: trigger.taskQueue,
    types: trigger.queueTypes.split(","),
    each: Number(trigger.targetQueueSize),
  };
  return {
    name: metadata.name,
    min: spec.minReplicaCount,
    max: spec.maxReplicaCount,
    metrics: [metric],
    ...directionsOf(spec.advanced.horizontalPodAutoscalerConfig.behavior),
  };
}
