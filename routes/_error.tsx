import { HttpError, type PageProps } from "fresh";
import { PageHeader } from "../components/page_header.tsx";

/** Says what could not be shown, what still works, and one thing to do. */
export default function ErrorPage({ error, url }: PageProps) {
  if (error instanceof HttpError && error.status === 404) {
    return (
      <PageHeader>
        <h1>There is nothing at this address.</h1>
        <p>
          <code>{url.pathname}</code>: {error.message || "not found"}. <a href="/">Back to the overview</a>.
        </p>
      </PageHeader>
    );
  }
  if (error instanceof HttpError && error.status < 500) {
    return (
      <PageHeader>
        <h1>Nothing was changed.</h1>
        <p>
          {error.message}. <a href="/sign-in">Sign in</a> or go <a href="/">back to the overview</a>.
        </p>
      </PageHeader>
    );
  }
  return (
    <PageHeader>
      <h1>This page could not be read.</h1>
      <p>
        {error instanceof HttpError
          ? error.message
          : "The dashboard met an error; the log of the service has it."}
      </p>
      <p>
        Retraining and serving do not need the dashboard. <a href={url.pathname + url.search}>Try again</a>.
      </p>
    </PageHeader>
  );
}
