import { z } from "zod";
import { InvalidInputError } from "./core/errors.ts";

const port = (standard: number) => z.coerce.number().int().min(1).max(65535).default(standard);
const flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");

const Environment = z.object({
  PERENNIAL_HOME: z.string().optional(),
  PERENNIAL_CACHE: z.string().optional(),
  PERENNIAL_URL: z.url().optional(),
  PERENNIAL_API_KEY: z.string().optional(),
  PERENNIAL_HOST: z.string().default("127.0.0.1"),
  PERENNIAL_PORT: port(8000),
  PERENNIAL_SECRET: z.string().min(16).optional(),
  PERENNIAL_ARTEFACTS: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default("default"),
  TEMPORAL_TASK_QUEUE: z.string().default("perennial"),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS: flag.optional(),
  TEMPORAL_TLS_CA: z.string().optional(),
  TEMPORAL_TLS_CERT: z.string().optional(),
  TEMPORAL_TLS_KEY: z.string().optional(),
  TEMPORAL_UI_URL: z.url().optional(),
});

/** What the environment says about this process, read once. */
export type Config = z.infer<typeof Environment>;

/** Reads and checks the environment. @throws {InvalidInputError} naming the variable that cannot be used */
export function readConfig(env: Record<string, string | undefined> = Deno.env.toObject()): Config {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = Environment.safeParse(filled);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new InvalidInputError(
    `Cannot use environment variable ${path.join(".")}: ${message}`,
    path.join("."),
  );
}
