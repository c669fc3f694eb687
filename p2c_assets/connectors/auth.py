"""Tokens: OAuth2 client credentials, kept until four fifths of their life are over.

Secrets come in as SecretStr and leave only in the body of the token request.
"""

import asyncio
from typing import Self

import httpx
from pydantic import SecretStr

from p2c_assets.connectors import retry
from p2c_assets.connectors.clock import REAL_CLOCK, Clock
from p2c_assets.connectors.faults import json_object, page_text, text
from p2c_assets.errors import PermanentError, TransientError
from p2c_assets.settings import SystemSettings

SHARE_OF_LIFE = 0.8
"""Source: dataverse.md 1: Entra's lifetimes vary from 60 to 90 minutes; renew at 80 % of expires_in at the latest."""


class TokenSource:
    """The bearer token of one application user at one system; safe to ask from many tasks."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        token_url: str,
        client_id: str,
        client_secret: SecretStr,
        scope: str,
        clock: Clock = REAL_CLOCK,
    ) -> None:
        self._http = http
        self._token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._stale_at = 0.0
        self.requests = 0

    @classmethod
    def of(cls, settings: SystemSettings, http: httpx.AsyncClient, clock: Clock = REAL_CLOCK) -> Self:
        """The token source of a system; its scope is the environment's URL, which has no slash at its end."""
        scope = f"{settings.url}/.default"
        return cls(http, settings.token_url, settings.client_id, settings.client_secret, scope, clock)

    async def token(self) -> str:
        """A token that is good for a while. Raises PermanentError when refused, TransientError when out of reach."""
        async with self._lock:
            if not self._token or self._clock.monotonic() >= self._stale_at:
                await self._renew()
            return self._token

    async def renewed(self, rejected: str) -> str:
        """Another token than the one that the system rejected; of many callers just the first asks for it."""
        async with self._lock:
            if self._token == rejected:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        asked_at = self._clock.monotonic()
        answer = json_object((await self._granted()).content)
        token, life_s = text(answer.get("access_token")), text(answer.get("expires_in"))
        if not token or not life_s.isdecimal():
            raise PermanentError(f"{self._attempt()} was answered without access_token and expires_in; check token_url")
        self._token = token
        self._stale_at = asked_at + SHARE_OF_LIFE * int(life_s)

    async def _granted(self) -> httpx.Response:
        failure = ""
        for attempt in range(retry.READ_ATTEMPTS):
            pause_s = retry.backoff_s(attempt, self._clock.jitter())
            try:
                response = await self._ask()
            except httpx.RequestError as error:
                failure = f"{type(error).__name__} {error}".strip()
            else:
                if response.status_code == 200:
                    return response
                failure = self._refusal(response)
                if response.status_code == 429:
                    pause_s = retry.throttle_s(response.headers, attempt, self._clock.jitter())
            await self._clock.sleep(pause_s)
        raise TransientError(f"{self._attempt()} failed {retry.READ_ATTEMPTS} times, the last time: {failure}")

    async def _ask(self) -> httpx.Response:
        self.requests += 1
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
            "scope": self._scope,
        }
        return await self._http.post(self._token_url, data=form, headers={"Accept": "application/json"})

    def _refusal(self, response: httpx.Response) -> str:
        """What a failure that may pass says; PermanentError for one that will not."""
        answer = json_object(response.content)
        words = text(f"{answer.get('error', '')} {answer.get('error_description', '')}") or page_text(response.content)
        if response.status_code == 429 or response.status_code in retry.RETRIED_READ_STATUSES:
            return f"{response.status_code} {words}"
        raise PermanentError(
            f"{self._attempt()} was refused with {response.status_code} {words}; "
            "check token_url, client_id and the client secret"
        )

    def _attempt(self) -> str:
        return f"the token request of client {self._client_id} for {self._scope} at {self._token_url}"
