/** Whether a server on this machine answers, asked with a few bytes and no client. */

/** Settles with the first `length` bytes that a server says after it heard `words`; null: it says less, or nothing. */
export async function firstBytes(
  port: number,
  { words, length, withinMs = 3_000 }: { words: Uint8Array; length: number; withinMs?: number },
): Promise<Uint8Array | null> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const timer = setTimeout(() => connection.close(), withinMs);
    try {
      await connection.write(words);
      const reply = new Uint8Array(length);
      const read = await connection.read(reply);
      return read === length ? reply : null;
    } finally {
      clearTimeout(timer);
    }
  } catch {
    return null; // refused, closed or silent
  }
}

/** Whether a Postgres answers there: asked for encryption, it says `N`, or `S` where it offers it. */
export async function postgresAnswers(port: number): Promise<boolean> {
  const sslRequest = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);
  const reply = await firstBytes(port, { words: sslRequest, length: 1 });
  return reply?.[0] === 0x4e || reply?.[0] === 0x53;
}

/** Frame type of SETTINGS, with which every HTTP/2 server begins. */
const SETTINGS = 4;

/** Whether a gRPC server answers there: to the preface of HTTP/2 it says its settings. */
export async function grpcAnswers(port: number): Promise<boolean> {
  const preface = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const emptySettings = new Uint8Array([0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]);
  const words = new Uint8Array([...preface, ...emptySettings]);
  const reply = await firstBytes(port, { words, length: 4 });
  return reply?.[3] === SETTINGS;
}
