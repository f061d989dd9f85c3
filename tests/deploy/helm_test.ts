/** The Helm chart, by Helm itself, for every combination of values that its README names. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { readConfig } from "../../src/config/environment.ts";
import { knownVariables } from "../support/variables.ts";
import {
  CHART,
  customResources,
  findHelm,
  findKeda,
  helm,
  judge,
  KUBERNETES,
  type Resource,
} from "../support/chart.ts";

// deno-lint-ignore no-explicit-any -- rendered resources, whose shape the schemas have judged
type Any = any;

const program = await findHelm();
const options = { ignore: program === null };
const FILES = [...Deno.readDirSync(join(CHART, "ci"))].map(({ name }) => join(CHART, "ci", name)).sort();
const nameOf = (file: string) => basename(file, ".yaml");

const rendered = program === null
  ? []
  : await Promise.all(FILES.map((file) => helm(program, "template", file)));
const texts = Object.fromEntries(rendered.map(({ output }, i) => [nameOf(FILES[i]), output]));
const custom = program === null ? [] : await customResources();
const judged = program === null || rendered.some(({ ok }) => !ok)
  ? { resources: {}, faults: [] }
  : await judge(texts, custom);

const all = (): [string, Any][] =>
  Object.entries(judged.resources).flatMap(([name, resources]) =>
    resources.map((one) => [name, one] as [string, Any])
  );
const ofKind = (kind: string) => all().filter(([, resource]) => resource.kind === kind);
const podsOf = () => all().filter(([, { kind }]) => kind === "Deployment" || kind === "Job");
const containerOf = (resource: Any) => resource.spec.template.spec.containers[0];

Deno.test("the README names the combinations that there are", async () => {
  const readme = await Deno.readTextFile(join(CHART, "README.md"));
  const named = [...readme.matchAll(/\]\(ci\/([\w-]+)\.yaml\)/g)].map(([, name]) => name);
  assert.deepEqual(named.sort(), FILES.map(nameOf));
});

for (const [i, file] of FILES.entries()) {
  Deno.test(
    `helm lint finds nothing wrong with ${nameOf(file)}, and helm template renders it`,
    options,
    async () => {
      const { ok, output } = await helm(program!, "lint", file, ["--strict"]);
      assert.ok(ok, output);
      assert.ok(rendered[i].ok, rendered[i].output);
    },
  );
}

Deno.test(
  `Kubernetes ${KUBERNETES.join(" and ")}, KEDA and the Prometheus operator take every resource`,
  options,
  () => {
    assert.deepEqual(judged.faults, []);
    assert.ok(all().length > 80, `${all().length} resources`);
  },
);

Deno.test("a wrong field in a resource of each origin is found", options, async () => {
  const text = texts["managed-mtls"]
    .replaceAll("readinessProbe:", "readynessProbe:")
    .replaceAll("pollingInterval:", "pollInterval:")
    .replaceAll("path: /metrics", "paths: /metrics")
    .replaceAll("maxReplicas: 10", "maxReplicas: many");
  const { faults } = await judge({ wrong: text }, custom);
  for (const word of ["readynessProbe", "pollInterval", "paths", "many"]) {
    assert.ok(faults.some((fault) => fault.includes(word)), `${word} in ${faults.join("\n")}`);
  }
});

Deno.test("KEDA's Temporal scaler knows what each trigger says", options, async () => {
  const keda = await findKeda();
  const source = await Deno.readTextFile(join(keda!, "pkg/scalers/temporal_scaler.go"));
  const tags = [...source.matchAll(/`keda:"name=(\w+),([^`]+)"`/g)];
  const known = tags.filter(([, , rest]) => rest.includes("triggerMetadata") && !rest.includes("deprecated"));
  const secrets = tags.filter(([, , rest]) => rest.includes("authParams"));
  const names = (list: string[][]) => new Set(list.map(([, name]) => name));
  for (const [where, { spec }] of ofKind("ScaledObject")) {
    const unknown = Object.keys(spec.triggers[0].metadata).filter((name) => !names(known).has(name));
    assert.deepEqual(unknown, [], where);
  }
  for (const [where, { spec }] of ofKind("TriggerAuthentication")) {
    const given = spec.secretTargetRef.map(({ parameter }: Any) => parameter);
    assert.deepEqual(given.filter((name: string) => !names(secrets).has(name)), [], where);
  }
});

Deno.test("every variable that the chart sets is one that the program knows", options, () => {
  const known = new Set(knownVariables());
  const set = new Set([
    ...podsOf().flatMap(([, pod]) => containerOf(pod).env.map(({ name }: Any) => name)),
    ...ofKind("Secret").flatMap(([, secret]) => Object.keys(secret.stringData)),
  ]);
  assert.deepEqual([...set].filter((name) => !known.has(name)), []);
  assert.ok(set.size > 25, `${set.size} variables`);
});

/** What the Secrets hold that the README has people make. */
const OWNER = {
  DATABASE_URL: "postgres://app@host/db",
  PERENNIAL_OWNER_DATABASE_URL: "postgres://owner@host/db",
};
const SECRETS = {
  DATABASE_URL: OWNER.DATABASE_URL,
  PERENNIAL_SECRET: "a secret of sixteen characters or more",
  AWS_ACCESS_KEY_ID: "id",
  AWS_SECRET_ACCESS_KEY: "key",
};

Deno.test("the program takes the values that each container is given", options, () => {
  for (const [, pod] of podsOf()) {
    const given: [string, string][] = containerOf(pod).env.map(({ name, value }: Any) => [name, value]);
    readConfig({ ...pod.kind === "Job" ? OWNER : SECRETS, ...Object.fromEntries(given) });
  }
});

Deno.test("with a shop, every process and every resource names it; without, none does", options, () => {
  for (const [where, pod] of podsOf()) {
    const named = containerOf(pod).env.find(({ name }: Any) => name === "PERENNIAL_SHOP")?.value;
    assert.equal(named, where === "one-of-several" ? "outlet" : undefined, where);
  }
  for (const [where, { metadata }] of all()) {
    const label = metadata.labels["perennial/shop"];
    assert.equal(label, where === "one-of-several" ? "outlet" : undefined, where);
  }
});

Deno.test("no container may write its root, become root, or keep a capability", options, () => {
  for (const [where, pod] of podsOf()) {
    const { securityContext: ofPod, automountServiceAccountToken } = pod.spec.template.spec;
    const { securityContext, resources, volumeMounts } = containerOf(pod);
    assert.equal(ofPod.runAsNonRoot && ofPod.seccompProfile.type, "RuntimeDefault", where);
    assert.equal(automountServiceAccountToken, false, where);
    assert.deepEqual(securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    }, where);
    assert.ok(resources.requests.cpu && resources.requests.memory && resources.limits.memory, where);
    const paths = volumeMounts.map(({ mountPath }: Any) => mountPath);
    for (const path of ["/tmp", "/var/lib/perennial", "/var/cache/perennial"]) {
      assert.ok(paths.includes(path));
    }
  }
});

Deno.test("each worker serves one queue, and its scaler watches the task queue of that name", options, () => {
  const queues: Record<string, string> = {
    light: "perennial",
    features: "perennial-features",
    training: "perennial-training",
  };
  for (const [where, { spec }] of ofKind("ScaledObject")) {
    const workload = judged.resources[where].find(({ kind, metadata }) =>
      kind === "Deployment" && metadata.name === spec.scaleTargetRef.name
    ) as Any;
    const { value } = containerOf(workload).env.find(({ name }: Any) => name === "PERENNIAL_QUEUES");
    assert.equal(spec.triggers[0].metadata.taskQueue, queues[value]);
    assert.equal(workload.spec.replicas, undefined, "the scaler says how many");
  }
});

Deno.test("what selects pods finds some, and what is named is there", options, () => {
  const isPartOf = (part: Any, whole: Any) =>
    Object.entries(part).every(([key, value]) => whole[key] === value);
  for (const [where, { kind, spec, metadata }] of all()) {
    const others = judged.resources[where] as Any[];
    const pods = others.filter((one) => one.spec?.template).map((one) => one.spec.template.metadata.labels);
    const selector =
      { Service: spec?.selector, PodDisruptionBudget: spec?.selector?.matchLabels }[kind as string] ??
        spec?.podSelector?.matchLabels;
    if (selector) assert.ok(pods.some((labels) => isPartOf(selector, labels)), `${where}: ${kind}`);
    const target = spec?.scaleTargetRef?.name;
    if (target) {
      assert.ok(
        others.some((one) => one.kind === "Deployment" && one.metadata.name === target),
        metadata.name,
      );
    }
    const auth = spec?.triggers?.[0].authenticationRef?.name;
    if (auth) {
      assert.ok(others.some((one) => one.kind === "TriggerAuthentication" && one.metadata.name === auth));
    }
  }
});

Deno.test("only the migration gets the owner's address", options, () => {
  for (const [where, { metadata, stringData }] of ofKind("Secret")) {
    const isMigration = metadata.name.endsWith("-migrate");
    assert.equal("PERENNIAL_OWNER_DATABASE_URL" in stringData, isMigration, where);
  }
  for (const [where, pod] of ofKind("Deployment")) {
    const refs = containerOf(pod).envFrom.map(({ secretRef }: Any) => secretRef.name);
    assert.deepEqual(refs.filter((name: string) => /owner|migrate/.test(name)), [], where);
  }
});

/** Values that must be refused, and what is said of them. */
const REFUSED: readonly [string, readonly string[], RegExp][] = [
  ["an unknown value", ["workers.light.replica=3"], /replica/],
  ["no address of Temporal", ["temporal.address="], /address/],
  ["a name that no shop can have", ["shop=Outlet_1"], /shop/],
  ["a path without a volume", ["artefacts.url=/artefacts"], /volumeClaim/],
  ["two origins of secrets", ["secrets.given.DATABASE_URL=postgres://x"], /secrets/],
  ["a root user", ["podSecurityContext.runAsNonRoot=false"], /runAsNonRoot/],
  ["mutual TLS without its files", ["temporal.tls=true,temporal.mutualTls=true"], /tlsSecret/],
  ["metrics without a key", ["serviceMonitor.enabled=true"], /keySecret/],
];

for (const [what, set, words] of REFUSED) {
  Deno.test(`the chart refuses ${what}`, options, async () => {
    const file = join(CHART, "ci", "in-cluster.yaml");
    const { ok, output } = await helm(program!, "template", file, set.flatMap((one) => ["--set", one]));
    assert.equal(ok, false);
    assert.match(output, words);
  });
}

Deno.test("resources are told apart by kind and name", options, () => {
  for (const [where, resources] of Object.entries(judged.resources)) {
    const names = resources.map(({ kind, metadata }: Resource) => `${kind}/${metadata.name}`);
    assert.equal(new Set(names).size, names.length, where);
  }
});
