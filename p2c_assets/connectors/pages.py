"""Reads: one page, the pages that follow it, one text. URLs and headers are each system's own business."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast
from uuid import uuid4

import httpx

from p2c_assets.connectors import batch, exact_json, odata
from p2c_assets.connectors.faults import Fault, page_text
from p2c_assets.connectors.protocol import ExpiredLinkError, NotTrackedError, Row
from p2c_assets.connectors.transport import Lost, Transport
from p2c_assets.errors import PermanentError, TransientError

_PERMANENT: Mapping[str, type[PermanentError]] = {"expired": ExpiredLinkError, "untracked": NotTrackedError}


class Page(NamedTuple):
    """Rows and, while there are more, the link to the next ones; of a read of changes at its end the link to the coming ones."""

    rows: list[Row]
    next_link: str | None
    delta_link: str | None = None


class PageReader:
    """Reads pages of one system."""

    def __init__(self, transport: Transport, root: str, fault: Callable[[int, bytes], Fault]) -> None:
        self._transport = transport
        self._root = root
        self._fault = fault

    async def page(self, url: str, headers: Mapping[str, str]) -> Page:
        """One page. Raises PermanentError when the system refuses it, TransientError when it cannot give it now."""
        return _page(url, (await self._answer(url, headers)).content)

    async def at_once(self, batch_url: str, urls: Sequence[str], headers: Mapping[str, str]) -> list[Page] | None:
        """The pages at several URLs by one `$batch`; None where it was not answered whole: they are to be had one by one.

        Raises as `page` does where a part is answered 200 and is no page.
        """
        boundary = f"batch_{uuid4().hex}"
        own = {**headers, "Content-Type": f"multipart/mixed; boundary={boundary}"}
        reply = await self._transport.post(batch_url, own, batch.render_reads(urls, headers, boundary))
        if isinstance(reply, Lost):
            return None
        items = batch.parse(reply.headers.get("content-type", ""), reply.content)
        answers = [item.parts[0] for item in items if item.complete and item.parts[0].status == 200]
        if len(answers) != len(urls):
            return None
        return [_page(url, each.body) for url, each in zip(urls, answers, strict=True)]

    async def follow(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[list[Row]]:
        """The rows of the page at the URL and of all that its links lead to."""
        async for page in self.all_pages(url, headers):
            if page.rows:
                yield page.rows

    async def all_pages(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[Page]:
        """The page at the URL and all that its links lead to, the links taken as they are."""
        link, seen = url, set[str]()
        while True:
            seen.add(link)
            page = await self.page(link, headers)
            yield page
            if page.next_link is None:
                return
            link = odata.at_own_origin(page.next_link, self._root)
            if link in seen:
                raise PermanentError(f"GET {url}: the server's nextLink leads back to a page already read: {link}")

    async def text(self, url: str, headers: Mapping[str, str]) -> str:
        """The body as it is."""
        return (await self._answer(url, headers)).text

    async def _answer(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        response = await self._transport.get(url, headers)
        if response.status_code == 200:
            return response
        fault = self._fault(response.status_code, response.content)
        passing = fault.outcome in {"transient", "throttled"}
        kind = TransientError if passing else _PERMANENT.get(fault.kind, PermanentError)
        raise kind(f"GET {url} was answered {response.status_code} {fault}")


def _page(url: str, content: bytes) -> Page:
    try:
        body = exact_json.loads(content)
    except ValueError as error:
        raise TransientError(f"GET {url} was answered with no JSON but: {page_text(content)}") from error
    if not isinstance(body, dict) or "value" not in body:
        raise PermanentError(f"GET {url} was answered with JSON that is no page of rows; check the entity set's name")
    page = cast(dict[str, Any], body)
    return Page(page["value"], page.get("@odata.nextLink"), page.get("@odata.deltaLink"))
