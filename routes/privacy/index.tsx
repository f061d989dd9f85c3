import { page } from "fresh";
import { ActButton } from "../../components/act.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { Time } from "../../components/status_badge.tsx";
import type { PrivacyRequest } from "../../src/db/people/privacy_requests.ts";
import { define } from "../../src/dashboard/define.ts";
import { seeOther, signInPath } from "../../src/dashboard/form.ts";
import { counted } from "../../src/format/numbers.ts";
import { foundText } from "../../src/format/privacy_text.ts";

export const handler = define.handlers({
  async GET({ url, state }) {
    const { dashboard, person } = state;
    if (!person) return seeOther(signInPath(url.pathname + url.search));
    state.title = "Privacy";
    return page({ requests: await dashboard.privacyRequests(), person });
  },
});

export default define.page<typeof handler>(function Privacy({ data: { requests, person } }) {
  const open = requests.filter(({ endedAt }) => endedAt === null).length;
  return (
    <>
      <PageHeader>
        <h1>
          {requests.length === 0
            ? "No shopper has asked for anything."
            : open === 0
            ? "Every request is done."
            : `${counted(open, "request")} under way.`}
        </h1>
        <p>
          Shoppers stand under random keys. What leads from an id to a key is one table; a request does not
          say whose it is once it is done.
        </p>
        <p class="row">
          <ActButton person={person} href="/act/person">Erase a shopper, or note an objection</ActButton>
        </p>
      </PageHeader>
      {requests.length > 0 && <RequestTable requests={requests} />}
    </>
  );
});

function RequestTable({ requests }: { requests: readonly PrivacyRequest[] }) {
  return (
    <table class="records">
      <caption class="visually-hidden">Requests of shoppers, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Requested</th>
          <th scope="col">What</th>
          <th scope="col">By</th>
          <th scope="col">Why</th>
          <th scope="col">Done</th>
          <th scope="col">Found</th>
          <th scope="col">Receipt</th>
        </tr>
      </thead>
      <tbody>
        {requests.map((request) => (
          <tr key={request.id} id={request.id}>
            <th scope="row">
              <Time iso={request.requestedAt} as="moment" />
            </th>
            <td data-label="What">{request.kind}</td>
            <td data-label="By">{request.who}</td>
            <td data-label="Why">{request.why}</td>
            <td data-label="Done">
              {request.endedAt ? <Time iso={request.endedAt} as="moment" /> : <small>{request.stage}</small>}
            </td>
            <td data-label="Found">{foundText(request)}</td>
            <td data-label="Receipt">
              <Receipt {...request} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Receipt({ receipt, signature }: PrivacyRequest) {
  if (receipt === null) return <small>none yet</small>;
  return (
    <details>
      <summary>{signature === null ? "not signed" : "signed"}</summary>
      <small class="own">
        <code>{JSON.stringify(receipt)}</code>
      </small>
      {signature !== null && (
        <small class="own">
          signature: <code>{signature}</code>
        </small>
      )}
    </details>
  );
}
