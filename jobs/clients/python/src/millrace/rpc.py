"""A node of the L2, asked by JSON-RPC."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

from .errors import NotYet, RpcError

_ANSWER_SECONDS = 30
_POLL_SECONDS = 0.5

T = TypeVar("T")


class Node:
    """Any number of threads may ask. The address never shows up in an error: it may hold a key of its provider's."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a call; RpcError if the node gives an error or nothing within half a minute."""
        call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self._url, call, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise RpcError(method, f"the node answers with HTTP status {error.code}") from None
        except urllib.error.URLError as error:
            raise RpcError(method, f"the node cannot be reached: {error.reason}") from None
        except (OSError, ValueError) as error:
            raise RpcError(method, f"no answer of the node within {_ANSWER_SECONDS} s, or none in JSON: {error}") from None
        if not isinstance(answer, dict):
            raise RpcError(method, "the answer of the node is no object")
        if "error" in answer:
            raise RpcError(method, answer["error"].get("message", ""), _revert_data(answer["error"].get("data")))
        return answer.get("result")

    def number(self, method: str, *params: Any) -> int:
        """The same, of a call that gives a quantity."""
        return int(self.ask(method, *params), 16)


def _revert_data(data: Any) -> str | None:
    return data if isinstance(data, str) else None


def until(what: str, seconds: float, look: Callable[[], T | None]) -> T:
    """Looks every half second until something is there, None meaning not yet; raises NotYet(what)."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() >= end:
            raise NotYet(what, seconds)
        time.sleep(_POLL_SECONDS)
