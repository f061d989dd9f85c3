import { HttpError, type PageProps } from "fresh";
import { PageHeader } from "../components/page_header.tsx";

/** Says what could not be shown, what still works, and one thing to do. */
export default function ErrorPage({ error, url }: PageProps) {
  if (error instanceof HttpError && error.status === 404) {
    return (
      <PageHeader>
        <h1>Page not found</h1>
        <p>
          <code>{url.pathname}</code>: {error.message || "not found"}. Check the address, or go{" "}
          <a href="/">back to the overview</a>.
        </p>
      </PageHeader>
    );
  }
  if (error instanceof HttpError && error.status < 500) {
    return (
      <PageHeader>
        <h1>Request refused</h1>
        <p>
          {error.message}. <a href="/sign-in">Sign in</a> or go <a href="/">back to the overview</a>.
        </p>
      </PageHeader>
    );
  }
  return (
    <PageHeader>
      <h1>This page cannot be shown</h1>
      <p>
        {error instanceof HttpError ? error.message : "An error occurred; see the log of the service."}
      </p>
      <p>
        Retraining and serving are not affected. <a href={url.pathname + url.search}>Try again</a>.
      </p>
    </PageHeader>
  );
}
