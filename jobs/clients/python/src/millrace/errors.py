"""What can go wrong, a class for each thing that a program may want to tell apart."""

from __future__ import annotations

from .records import Rejection


class MillraceError(Exception):
    """Every error of this package that is not a wrong argument (ValueError)."""


class RequestRefused(MillraceError):
    """The engine refused a request: nothing is charged. `code` is for programs, the message for people."""

    def __init__(self, request_id: str, rejection: Rejection) -> None:
        super().__init__(f"{rejection['code']}: {rejection['message']}")
        self.request_id = request_id
        self.rejection = rejection
        self.code: str = rejection["code"]


class RequestUnanswered(MillraceError):
    """A request was taken and not answered, as its deadline passed or the provider failed: nothing is charged."""

    def __init__(self, request_id: str, status: str, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.request_id = request_id
        self.status = status


class NoAnswerYet(MillraceError):
    """Neither an answer nor a refusal came in time. It may come yet: ask `answer_to` with the same id, not anew."""

    def __init__(self, request_id: str, seconds: float, trouble: str | None) -> None:
        heard = "" if trouble is None else f"; Kafka's client last said: {trouble}"
        super().__init__(f"no answer to {request_id} within {seconds:g} s{heard}")
        self.request_id = request_id


class NotAcknowledged(MillraceError):
    """Kafka did not confirm that it has the request. It may have it all the same: ask `answer_to` before you ask anew."""

    def __init__(self, request_id: str, reason: str) -> None:
        super().__init__(f"request {request_id} was sent and not acknowledged: {reason}")
        self.request_id = request_id


class TopicsUnreadable(MillraceError):
    """Kafka cannot be reached or does not let the topics be read; the message says which and why."""


class StreamBroken(MillraceError):
    """Nothing more can be sent or heard over this connection; make a new client."""


class NotYet(MillraceError, TimeoutError):
    """Something that was waited for has not happened yet; the message says what, and what it means for money."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"{what} not seen within {seconds:g} s")


class RpcError(MillraceError):
    """The node gave an error or no answer. `data` is what a reverted call left, as 0x-hex."""

    def __init__(self, method: str, message: str, data: str | None = None) -> None:
        super().__init__(f"{method}: {message}" + ("" if data is None else f" ({data})"))
        self.data = data


class TransactionReverted(MillraceError):
    """A transaction was mined and undone: it has cost gas and moved nothing."""

    def __init__(self, transaction_hash: str) -> None:
        super().__init__(f"transaction {transaction_hash} was reverted")
        self.transaction_hash = transaction_hash
