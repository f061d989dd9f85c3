/** A real OpenID provider (npm: oidc-provider) on this machine, and a person's browser at it. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { parseHTML } from "linkedom";

/** The provider, with people whose groups are their names' ends: `ann-admins` is in `admins`. */
export interface RunningProvider {
  issuer: string;
  /** a token of a service, by client credentials */
  serviceToken(clientId: string, options?: { scope?: string; audience?: string }): Promise<string>;
  stop(): Promise<void>;
}

export const AUDIENCE = "urn:perennial:api";
export const CLIENT = { id: "perennial", secret: "a secret of the client" };

/** Starts a provider that knows Perennial at an address. */
export async function startProvider(perennial: string): Promise<RunningProvider> {
  let app: RequestListener | undefined;
  const server = createServer((request, response) => app!(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configuration(perennial));
  app = provider.callback();
  return {
    issuer,
    async serviceToken(clientId, { scope = "", audience = AUDIENCE } = {}) {
      const response = await fetch(`${issuer}/token`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${clientId}:secret-of-${clientId}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials", scope, resource: audience }),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(JSON.stringify(answer));
      return answer.access_token;
    },
    stop: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

const service = (id: string) => ({
  client_id: id,
  client_secret: `secret-of-${id}`,
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
});

const configuration = (perennial: string) => ({
  clients: [
    {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      redirect_uris: [`${perennial}/sign-in/provider/callback`],
      backchannel_logout_uri: `${perennial}/sign-in/provider/logout`,
      backchannel_logout_session_required: true,
    },
    service("backend"),
    service("stranger"),
  ],
  claims: { openid: ["sub"], profile: ["preferred_username"], groups: ["groups"] },
  scopes: ["openid", "profile", "email", "groups"],
  findAccount: (_context: unknown, id: string) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, groups: [id.split("-")[1]] }),
  }),
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context: unknown, resource: string) => ({
        audience: resource,
        scope: "read events:write",
        accessTokenFormat: "jwt",
        accessTokenTTL: 600,
      }),
    },
  },
  pkce: { required: () => true },
  cookies: { keys: ["of the tests"] },
});

/** A browser with cookies by host, which fills in forms. */
export class ProviderBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Opens an address, and follows redirects until one leads out of `origin`, or there is a page. */
  async open(
    address: string,
    init: RequestInit = {},
  ): Promise<{ url: string; status: number; html: string }> {
    let url = address;
    let how = init;
    for (let hops = 0; hops < 12; hops++) {
      const response = await this.#send(url, how);
      const location = response.headers.get("location");
      const html = await response.text();
      if (location === null) return { url, status: response.status, html };
      url = new URL(location, url).href;
      how = {};
    }
    throw new Error(`Too many redirects from ${address}`);
  }

  /** Sends the form of a page, as a person would. */
  async submit(page: { url: string; html: string }, fields: Record<string, string>) {
    const form = parseHTML(page.html).document.querySelector("form")!;
    const body = new URLSearchParams();
    for (const input of form.querySelectorAll("input[type=hidden], button[name]")) {
      body.set(input.getAttribute("name")!, input.getAttribute("value") ?? "");
    }
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return await this.open(new URL(form.getAttribute("action")!, page.url).href, {
      method: "POST",
      body,
      headers: { origin: new URL(page.url).origin },
    });
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    const { host } = new URL(url);
    const own = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, own);
    const cookie = [...own].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: { accept: "text/html", cookie, ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === "" || /max-age=0/i.test(line)) own.delete(name);
      else own.set(name, value);
    }
    return response;
  }
}
