import type { Config } from "./environment.ts";

/** The file of a shop's own variables, in its folder. */
export const SHOP_FILE = "shop.env";

/**
 * Whose a variable is. `own`: it says where one shop's data are, who is let in, or by which key something is hashed,
 * signed or encrypted; with a shop named, it comes from that shop's file alone. `shared`: of the servers and of how
 * processes run; the file may say otherwise.
 */
export const WHOSE_VARIABLE: Readonly<Record<keyof Config, "own" | "shared">> = {
  PERENNIAL_SHOP: "own",
  PERENNIAL_HOME: "own",
  PERENNIAL_CACHE: "shared",
  PERENNIAL_URL: "own",
  PERENNIAL_API_KEY: "own",
  PERENNIAL_HOST: "shared",
  PERENNIAL_PORT: "own",
  PERENNIAL_SHARE_PORT: "shared",
  PERENNIAL_PUBLIC_URL: "own",
  PERENNIAL_TRUSTED_PROXY: "shared",
  PERENNIAL_TLS_CERT: "shared",
  PERENNIAL_TLS_KEY: "shared",
  PERENNIAL_OIDC_ISSUER: "own",
  PERENNIAL_OIDC_CLIENT_ID: "own",
  PERENNIAL_OIDC_CLIENT_SECRET: "own",
  PERENNIAL_OIDC_SCOPE: "own",
  PERENNIAL_OIDC_GROUPS_CLAIM: "own",
  PERENNIAL_OIDC_ROLES: "own",
  PERENNIAL_OIDC_AUDIENCE: "own",
  PERENNIAL_SECRET: "own",
  PERENNIAL_OLDER_SECRETS: "own",
  PERENNIAL_UNSIGNED_SIGNALS: "shared",
  PERENNIAL_ARTEFACTS: "own",
  PERENNIAL_S3_ENDPOINT: "shared",
  PERENNIAL_S3_ENCRYPTION: "shared",
  AWS_ACCESS_KEY_ID: "shared",
  AWS_SECRET_ACCESS_KEY: "shared",
  AWS_SESSION_TOKEN: "shared",
  AWS_REGION: "shared",
  PERENNIAL_MODELS: "shared",
  PERENNIAL_EXTENSIONS: "shared",
  PERENNIAL_EXTENSION_SECONDS: "shared",
  PERENNIAL_SIGNING_KEY: "own",
  PERENNIAL_TRUSTED_SIGNING_KEYS: "own",
  PERENNIAL_BACKUP_PASSPHRASE: "shared",
  PERENNIAL_ARCHIVE: "shared",
  DATABASE_URL: "own",
  PERENNIAL_OWNER_DATABASE_URL: "own",
  TEMPORAL_ADDRESS: "shared",
  TEMPORAL_NAMESPACE: "own",
  TEMPORAL_TASK_QUEUE: "shared",
  PERENNIAL_QUEUES: "shared",
  PERENNIAL_ACTIVITIES_AT_ONCE: "shared",
  PERENNIAL_ACTIVITIES_PER_SECOND: "shared",
  PERENNIAL_ACTIVITY_POLLERS: "shared",
  PERENNIAL_CACHED_WORKFLOWS: "shared",
  PERENNIAL_BUILD_ID: "shared",
  PERENNIAL_EVENTS_PER_SECOND: "shared",
  PERENNIAL_PREDICTIONS_PER_SECOND: "shared",
  PERENNIAL_STORED_GB_MAX: "shared",
  TEMPORAL_API_KEY: "shared",
  TEMPORAL_TLS: "shared",
  TEMPORAL_TLS_CA: "shared",
  TEMPORAL_TLS_CERT: "shared",
  TEMPORAL_TLS_KEY: "shared",
  TEMPORAL_UI_URL: "shared",
  PERENNIAL_TEMPORAL_PAYLOAD_KEY: "own",
  PERENNIAL_TEMPORAL_OLDER_PAYLOAD_KEYS: "own",
  PERENNIAL_WEBHOOK_URL: "shared",
  PERENNIAL_WEBHOOK_SECRET: "shared",
  PERENNIAL_WEBHOOK_ALLOW_PRIVATE: "shared",
  PERENNIAL_SLACK_WEBHOOK_URL: "shared",
  PERENNIAL_TEAMS_WEBHOOK_URL: "shared",
  PERENNIAL_SHOPIFY_SECRET: "own",
  PERENNIAL_SEGMENT_SECRET: "own",
  PERENNIAL_WOOCOMMERCE_SECRET: "own",
  PERENNIAL_SMTP_URL: "shared",
  PERENNIAL_ALERT_FROM: "shared",
  PERENNIAL_ALERT_TO: "shared",
  PERENNIAL_LOG: "shared",
  PERENNIAL_HEALTH_PORT: "own",
  OTEL_EXPORTER_OTLP_ENDPOINT: "shared",
  OTEL_EXPORTER_OTLP_HEADERS: "shared",
  OTEL_SERVICE_NAME: "shared",
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the environment of a process that serves a shop: what all shops share, and what the shop's file says. The owner
 * of the first shop's tables owns every shop's.
 * @param shop.file the variables in the shop's file   @param shop.home folder of the shop's installations
 */
export function environmentOfShop(
  environment: Environment,
  { file, home }: { file: Environment; home: string },
): Environment {
  const shared = Object.entries(environment).filter(([name]) =>
    WHOSE_VARIABLE[name as keyof Config] !== "own"
  );
  const owner = environment.PERENNIAL_OWNER_DATABASE_URL;
  return {
    ...Object.fromEntries(shared),
    PERENNIAL_OWNER_DATABASE_URL: owner && file.DATABASE_URL && inDatabaseOf(owner, file.DATABASE_URL),
    ...file,
    PERENNIAL_HOME: home,
  };
}

function inDatabaseOf(ownerUrl: string, shopUrl: string): string {
  const url = new URL(ownerUrl);
  url.pathname = new URL(shopUrl).pathname;
  return url.href;
}
