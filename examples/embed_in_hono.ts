/**
 * A shop's own Hono app with Perennial inside: the service runs beside it, and the app asks it about shoppers.
 * `deno run -A examples/embed_in_hono.ts`, then GET http://127.0.0.1:3000/shoppers/12345/offer
 */
import { Hono } from "hono";
import { ApiError, type Client, createClient, startRetrainingService } from "perennial";

const LIKELY = 0.6;

/** The app: which shoppers are offered something, by what the churn model says of them. */
export function shopApp(perennial: Pick<Client, "predict" | "status">): Hono {
  const app = new Hono();
  app.get("/shoppers/:id/offer", async (c) => {
    const { predictions: [shopper], version } = await perennial.predict("churn", { user: c.req.param("id") });
    if (!shopper) return c.json({ offer: false, why: "not a shopper of ours" }, 404);
    // null: nothing is known of them
    const isLikely = shopper.prediction !== null && shopper.prediction > LIKELY;
    return c.json({ offer: isLikely, version });
  });
  app.get("/models", async (c) => {
    const { models } = await perennial.status();
    return c.json(models.map(({ model, health }) => ({ model, health: health.text })));
  });
  app.onError((error, c) =>
    error instanceof ApiError ? c.json({ why: error.problem.detail }, 503) : c.json({ why: "an error" }, 500)
  );
  return app;
}

if (import.meta.main) {
  await using service = await startRetrainingService({ home: "./perennial", log: console.error });
  const server = Deno.serve({ port: 3000 }, shopApp(createClient(service)).fetch);
  await Promise.race([server.finished, service.failed.then((error) => Promise.reject(error))]);
}
