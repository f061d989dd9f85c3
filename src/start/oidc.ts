import type { Config } from "../config/environment.ts";
import { InvalidInputError } from "../core/errors.ts";
import { type Role, ROLES } from "../security/roles.ts";
import { createOidc, type Oidc } from "../app/security/oidc.ts";

const NAME = "PERENNIAL_OIDC_ROLES";

function checkedRole(name: string): Role {
  const role = ROLES.find((role) => role === name);
  if (role) return role;
  throw new InvalidInputError(
    `Cannot use environment variable ${NAME}: need ${ROLES.join(", ")}, not "${name}"`,
    NAME,
  );
}

/** Opens the OpenID provider that the environment names; undefined: it names none. */
export function openOidc(config: Config, deps: Parameters<typeof createOidc>[1]): Oidc | undefined {
  const { PERENNIAL_OIDC_ISSUER: issuer, PERENNIAL_OIDC_CLIENT_ID: clientId } = config;
  if (issuer === undefined || clientId === undefined) return undefined;
  return createOidc({
    issuer,
    clientId,
    clientSecret: config.PERENNIAL_OIDC_CLIENT_SECRET,
    scope: config.PERENNIAL_OIDC_SCOPE,
    groupsClaim: config.PERENNIAL_OIDC_GROUPS_CLAIM,
    roles: new Map((config.PERENNIAL_OIDC_ROLES ?? []).map(([group, role]) => [group, checkedRole(role)])),
    audience: config.PERENNIAL_OIDC_AUDIENCE,
  }, deps);
}
