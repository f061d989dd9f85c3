/** A connection that spoils what goes over it: a TCP relay before a real server. */
import { freePort } from "../../src/embedded/ports.ts";

export interface BadLine extends AsyncDisposable {
  url: string;
  /** what was sent to the server, as text */
  sent(): string;
}

/** What becomes of bytes on their way; null: the connection ends here. */
type Spoil = (bytes: Uint8Array, connection: number) => Uint8Array | null;

const pass: Spoil = (bytes) => bytes;

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // its stream has closed it
  }
}

/** Relays connections to a server. @param options.up of what is sent   @param options.down of what is answered */
export async function badLine(
  server: string,
  { up = pass, down = pass }: { up?: Spoil; down?: Spoil } = {},
): Promise<BadLine> {
  const target = new URL(server);
  const port = await freePort();
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const open = new Set<Deno.Conn>();
  const sent: string[] = [];
  const relay = async (from: Deno.Conn, to: Deno.Conn, spoil: (bytes: Uint8Array) => Uint8Array | null) => {
    try {
      const writer = to.writable.getWriter();
      for await (const bytes of from.readable) {
        const spoilt = spoil(bytes);
        if (spoilt === null) break;
        await writer.write(spoilt);
      }
    } catch {
      // one of the two has gone
    }
    [from, to].forEach(close);
  };
  const accepting = (async () => {
    let number = 0;
    for await (const client of listener) {
      const connection = ++number;
      const upstream = await Deno.connect({ hostname: target.hostname, port: Number(target.port) });
      [client, upstream].forEach((one) => open.add(one));
      void relay(client, upstream, (bytes) => {
        sent.push(new TextDecoder("latin1").decode(bytes));
        return up(bytes, connection);
      });
      void relay(upstream, client, (bytes) => down(bytes, connection));
    }
  })();
  return {
    url: `http://127.0.0.1:${port}`,
    sent: () => sent.join(""),
    async [Symbol.asyncDispose]() {
      listener.close();
      open.forEach(close);
      await accepting.catch(() => undefined);
    },
  };
}
