/** A receiver of webhooks: a real HTTP server that notes what came and answers as a test wants. */
export interface Received {
  path: string;
  headers: Headers;
  body: string;
}

export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  answer: (request: Received) => Response | Promise<Response>;
}

export async function withReceiver(
  work: (receiver: Receiver) => Promise<void>,
  tls: { cert?: string; key?: string } = {},
): Promise<void> {
  const received: Received[] = [];
  const receiver = { received, answer: () => new Response("thanks") } as unknown as Receiver;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined, ...tls } as Deno.ServeTcpOptions,
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const one = { path: pathname + search, headers: request.headers, body: await request.text() };
      received.push(one);
      return await receiver.answer(one);
    },
  );
  receiver.port = server.addr.port;
  receiver.url = `${tls.cert ? "https" : "http"}://127.0.0.1:${receiver.port}/hook?shop=1`;
  try {
    await work(receiver);
  } finally {
    await server.shutdown();
  }
}
