import { issueText } from "./issue_words.ts";
import { z } from "zod";
import { InvalidInputError } from "../core/errors.ts";
import { AT_ONCE, QUEUE_KINDS, queueKinds, queueNumbers } from "./queues.ts";

const port = (standard: number) => z.coerce.number().int().min(1).max(65535).default(standard);
const flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");

/** Addresses of people, set apart by commas. */
const people = z.string().transform((text) => text.split(",").map((address) => address.trim()))
  .pipe(z.array(z.email({ error: "need e-mail addresses, set apart by commas" })).min(1));

/** A URL of one of these schemes; what is wrong with it is said without repeating it: it may hold a password. */
const urlOf = (...schemes: string[]) =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)), {
    error: `need a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
    abort: true,
  });

/** A name of a shop: of DNS labels, database names and keys of a bucket alike. */
export const SHOP_NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** An artefact store in a bucket: its name, and what every key in it begins with. */
const S3_PLACE = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/(?<prefix>[A-Za-z0-9._\/-]*))?$/;

/** Returns the parts of `s3://bucket/prefix`, the prefix without slashes around it; null: it is a folder. */
export function s3Place(artefacts: string | undefined): { bucket: string; prefix: string } | null {
  const parts = S3_PLACE.exec(artefacts ?? "")?.groups;
  if (!parts) return null;
  return { bucket: parts.bucket, prefix: (parts.prefix ?? "").replace(/^\/+|\/+$/g, "") };
}

/** Names of roles by group: `group=role`, set apart by commas. */
const rolesOfGroups = z.string().transform((text) => text.split(",").map((pair) => pair.trim().split("=")))
  .pipe(z.array(z.tuple([z.string().min(1), z.string().min(1)]), {
    error: "need group=role, set apart by commas",
  }));

const Variables = z.object({
  /** the shop that this process serves, where several share servers; left out: the only one, or the first */
  PERENNIAL_SHOP: z.string().regex(SHOP_NAME, {
    error: "need 1 to 40 lower-case letters, digits and hyphens, a letter first",
  }).optional(),
  PERENNIAL_HOME: z.string().optional(),
  PERENNIAL_CACHE: z.string().optional(),
  PERENNIAL_URL: urlOf("http", "https").optional(),
  PERENNIAL_API_KEY: z.string().optional(),
  PERENNIAL_HOST: z.string().default("127.0.0.1"),
  PERENNIAL_PORT: port(8000),
  PERENNIAL_SHARE_PORT: flag.default(false),
  /** how browsers reach the dashboard through a proxy; readers need a key as soon as this or the next one is set */
  PERENNIAL_PUBLIC_URL: urlOf("https", "http").optional(),
  /** addresses of proxies whose X-Forwarded-For is believed, set apart by commas */
  PERENNIAL_TRUSTED_PROXY: z.string().transform((text) => text.split(",").map((address) => address.trim()))
    .optional(),
  /** files (PEM) of the certificate, with its chain, and of its key; given, the API speaks TLS itself */
  PERENNIAL_TLS_CERT: z.string().optional(),
  PERENNIAL_TLS_KEY: z.string().optional(),
  /** OpenID provider by which people sign in, and whose tokens services bring; http only on this machine */
  PERENNIAL_OIDC_ISSUER: urlOf("https", "http").refine(
    (text) =>
      new URL(text).protocol === "https:" ||
      /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(text).hostname),
    { error: "need https, but on this machine" },
  ).optional(),
  PERENNIAL_OIDC_CLIENT_ID: z.string().optional(),
  PERENNIAL_OIDC_CLIENT_SECRET: z.string().optional(),
  PERENNIAL_OIDC_SCOPE: z.string().default("profile email groups"),
  PERENNIAL_OIDC_GROUPS_CLAIM: z.string().default("groups"),
  /** role of each group, as `shop-admins=admin,analysts=viewer,client:backend=operator` */
  PERENNIAL_OIDC_ROLES: rolesOfGroups.optional(),
  /** whom tokens of services have to be for; another than the client, whose ID tokens are no keys */
  PERENNIAL_OIDC_AUDIENCE: z.string().min(1).optional(),
  PERENNIAL_SECRET: z.string().min(16).optional(),
  /** secrets before it, oldest first, set apart by commas: it is laid over them */
  PERENNIAL_OLDER_SECRETS: z.string().transform((text) => text.split(",").map((secret) => secret.trim()))
    .pipe(z.array(z.string().min(16))).optional(),
  /** whether signals to workflows that Perennial did not sign are obeyed; left out: on an embedded loopback server */
  PERENNIAL_UNSIGNED_SIGNALS: z.enum(["obey", "refuse"]).optional(),
  /** folder of the artefact store, or `s3://bucket/prefix` */
  PERENNIAL_ARTEFACTS: z.string().refine((text) => !text.startsWith("s3://") || S3_PLACE.test(text), {
    error: "need a folder, or s3://bucket/prefix",
  }).optional(),
  /** URL of the server of s3://; left out: AWS */
  PERENNIAL_S3_ENDPOINT: urlOf("https", "http").refine((text) => new URL(text).username === "", {
    error: "need a URL without a password: requests are signed with AWS_SECRET_ACCESS_KEY",
  }).optional(),
  /** how the server encrypts what it keeps; left out: as the bucket says */
  PERENNIAL_S3_ENCRYPTION: z.enum(["AES256", "aws:kms"]).optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  AWS_REGION: z.string().regex(/^[a-z0-9-]+$/, { error: "need a region, as eu-central-1" }).default(
    "us-east-1",
  ),
  /** folder of the operator's own models, a file each, beside those that Perennial brings */
  PERENNIAL_MODELS: z.string().optional(),
  /** folder of the operator's own alert channels, a file each */
  PERENNIAL_EXTENSIONS: z.string().optional(),
  /** seconds within which a file of that folder has to answer; then its thread is ended */
  PERENNIAL_EXTENSION_SECONDS: z.coerce.number().min(1).max(300).default(10),
  /** Ed25519 key that signs model files and the audit, PKCS #8 PEM; left out: the file `signing-key` of the home */
  PERENNIAL_SIGNING_KEY: z.string().optional(),
  /** public keys that signed before, base64, set apart by commas */
  PERENNIAL_TRUSTED_SIGNING_KEYS: z.string().transform((text) => text.split(",").map((key) => key.trim()))
    .optional(),
  /** encrypts the secrets in what `perennial backup` writes */
  PERENNIAL_BACKUP_PASSPHRASE: z.string().min(12).optional(),
  /** folder that the embedded Postgres archives its log into, for `perennial restore --at`; `off`: none any more */
  PERENNIAL_ARCHIVE: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  /** the owner of the tables, who migrates; DATABASE_URL is then of a role that may only work with them */
  PERENNIAL_OWNER_DATABASE_URL: z.string().optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default("default"),
  TEMPORAL_TASK_QUEUE: z.string().default("perennial"),
  /** kinds of work that a worker takes */
  PERENNIAL_QUEUES: queueKinds.default([...QUEUE_KINDS]),
  /** activities that a worker runs at once, by kind of work */
  PERENNIAL_ACTIVITIES_AT_ONCE: queueNumbers({ whole: true }).default({})
    .transform((given) => ({ ...AT_ONCE, ...given })),
  /** activities of a kind that begin within a second, over all workers; left out: without bound */
  PERENNIAL_ACTIVITIES_PER_SECOND: queueNumbers({ whole: false }).default({}),
  /** requests for activities that a worker keeps open, by kind of work; left out: as the SDK does */
  PERENNIAL_ACTIVITY_POLLERS: queueNumbers({ whole: true }).default({}),
  /** workflows that a worker holds in memory between their tasks; left out: as the SDK does */
  PERENNIAL_CACHED_WORKFLOWS: z.coerce.number().int().min(0).optional(),
  /** of this release's workers, for Temporal's Worker Versioning; left out: workers have no version */
  PERENNIAL_BUILD_ID: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, {
    error: "need up to 100 letters, digits, dots, hyphens or underscores",
  }).optional(),
  /** events that one process of the API takes a second, ten seconds' worth at once; more are refused with 429; left out: without bound */
  PERENNIAL_EVENTS_PER_SECOND: z.coerce.number().positive().optional(),
  /** predictions that one process of the API gives a second, likewise */
  PERENNIAL_PREDICTIONS_PER_SECOND: z.coerce.number().positive().optional(),
  /** size of the database in GB from which on no events are taken; left out: the disk's */
  PERENNIAL_STORED_GB_MAX: z.coerce.number().positive().optional(),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS: flag.optional(),
  TEMPORAL_TLS_CA: z.string().optional(),
  TEMPORAL_TLS_CERT: z.string().optional(),
  TEMPORAL_TLS_KEY: z.string().optional(),
  TEMPORAL_UI_URL: urlOf("https", "http").optional(),
  /** encrypts what Temporal holds of workflows: 32 random bytes, base64; left out: it holds them in clear */
  PERENNIAL_TEMPORAL_PAYLOAD_KEY: z.string().optional(),
  /** keys that encrypted before it, or will after it, set apart by commas: they only decrypt */
  PERENNIAL_TEMPORAL_OLDER_PAYLOAD_KEYS: z.string().transform((text) =>
    text.split(",").map((key) => key.trim())
  ).optional(),
  PERENNIAL_WEBHOOK_URL: urlOf("https", "http").refine((text) => new URL(text).username === "", {
    error: "need a URL without a password: what is posted is signed with PERENNIAL_WEBHOOK_SECRET",
  }).optional(),
  PERENNIAL_WEBHOOK_SECRET: z.string().min(16).optional(),
  PERENNIAL_WEBHOOK_ALLOW_PRIVATE: flag.default(false),
  PERENNIAL_SLACK_WEBHOOK_URL: urlOf("https", "http").optional(),
  PERENNIAL_TEAMS_WEBHOOK_URL: urlOf("https", "http").optional(),
  PERENNIAL_SHOPIFY_SECRET: z.string().min(16).optional(),
  PERENNIAL_SEGMENT_SECRET: z.string().min(16).optional(),
  PERENNIAL_WOOCOMMERCE_SECRET: z.string().min(16).optional(),
  PERENNIAL_SMTP_URL: urlOf("smtps", "smtp").optional(),
  PERENNIAL_ALERT_FROM: z.email().optional(),
  PERENNIAL_ALERT_TO: people.optional(),
  /** how lines of the log look: for a person, or one JSON object a line */
  PERENNIAL_LOG: z.enum(["text", "json"]).default("text"),
  /** where a thread of its own answers /healthz and /readyz, also while this process is busy; left out: nowhere */
  PERENNIAL_HEALTH_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  /** of a collector of traces (OTLP over HTTP); left out: nothing is traced */
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf("https", "http").optional(),
  /** `name=value`, set apart by commas, sent to that collector */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_SERVICE_NAME: z.string().default("perennial"),
});
type Variables = z.infer<typeof Variables>;

/** Variables that are of no use without others. */
const NEEDS: readonly [keyof Variables, keyof Variables][] = [
  ["PERENNIAL_WEBHOOK_URL", "PERENNIAL_WEBHOOK_SECRET"],
  ["PERENNIAL_OIDC_ISSUER", "PERENNIAL_OIDC_CLIENT_ID"],
  ["PERENNIAL_OIDC_ISSUER", "PERENNIAL_OIDC_ROLES"],
  ["TEMPORAL_TLS_CERT", "TEMPORAL_TLS_KEY"],
  ["TEMPORAL_TLS_KEY", "TEMPORAL_TLS_CERT"],
  ["PERENNIAL_TLS_CERT", "PERENNIAL_TLS_KEY"],
  ["PERENNIAL_TLS_KEY", "PERENNIAL_TLS_CERT"],
  ["PERENNIAL_SMTP_URL", "PERENNIAL_ALERT_FROM"],
  ["PERENNIAL_SMTP_URL", "PERENNIAL_ALERT_TO"],
];

const Environment = Variables.superRefine((variables, context) => {
  for (const [given, needed] of NEEDS) {
    if (variables[given] !== undefined && variables[needed] === undefined) {
      context.addIssue({ code: "custom", path: [needed], message: `need it beside ${given}` });
    }
  }
  for (const needed of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) {
    if (s3Place(variables.PERENNIAL_ARTEFACTS) !== null && variables[needed] === undefined) {
      const message = "need it beside PERENNIAL_ARTEFACTS=s3://";
      context.addIssue({ code: "custom", path: [needed], message });
    }
  }
  const { PERENNIAL_OIDC_AUDIENCE: audience, PERENNIAL_OIDC_CLIENT_ID: client } = variables;
  if (audience !== undefined && audience === client) {
    const message = "need another than PERENNIAL_OIDC_CLIENT_ID: ID tokens of people are no keys";
    context.addIssue({ code: "custom", path: ["PERENNIAL_OIDC_AUDIENCE"], message });
  }
});

/** The configuration of this process from its environment, read once. */
export type Config = z.infer<typeof Environment>;

/** Reads and checks the environment. @throws {InvalidInputError} naming the variable that cannot be used */
export function readConfig(env: Record<string, string | undefined> = Deno.env.toObject()): Config {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = Environment.safeParse(filled);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = issue.path.join(".");
  throw new InvalidInputError(`Cannot use environment variable ${name}: ${issueText(issue)}`, name);
}
