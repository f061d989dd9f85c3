"""Requests and their errors; the standard library alone."""

from __future__ import annotations

import json
from typing import Any, Mapping
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen


class PerennialError(Exception):
    """The service refused: `problem` is what it said (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or f"status {status}")
        self.status = status
        self.problem = problem


class UnreachableError(Exception):
    """The service does not answer at its address."""


class Connection:
    """Where a service answers, and the key to it."""

    def __init__(self, url: str, api_key: str | None = None, timeout: float = 60.0) -> None:
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._timeout = timeout

    @staticmethod
    def quoted(part: object) -> str:
        """Returns a part of a path as it may stand in one."""
        return quote(str(part), safe="")

    @staticmethod
    def given(members: Mapping[str, Any]) -> dict[str, Any]:
        """Returns what was given: what is None was left out."""
        return {name: value for name, value in members.items() if value is not None}

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """Sends one request. Raises PerennialError when the service refuses, UnreachableError when it does not answer."""
        chosen = {name: _text(value) for name, value in self.given(query or {}).items()}
        address = self._url + path + (f"?{urlencode(chosen)}" if chosen else "")
        headers = {"Accept": "application/json"}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = Request(address, data=data, headers=headers, method=method)
        try:
            with urlopen(request, timeout=self._timeout) as answer:
                text = answer.read()
        except HTTPError as error:
            raise PerennialError(error.code, _problem(error.read())) from None
        except (URLError, TimeoutError) as error:
            raise UnreachableError(f"Cannot reach Perennial at {self._url}: {error}") from error
        return json.loads(text) if text else None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problem(text: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(text)
    except ValueError:
        return {"detail": text.decode(errors="replace")}
    return problem if isinstance(problem, dict) else {"detail": str(problem)}
