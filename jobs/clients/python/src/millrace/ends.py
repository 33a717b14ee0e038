"""Ends of requests that were sent: each has one, however often one is read."""

from __future__ import annotations

import threading
from typing import TypeGuard, cast

from .records import End, Rejection, Result


def is_result(end: End) -> TypeGuard[Result]:
    return "id" in end


class Pending:
    """A request that was sent, and what is known of it. `done` is set as soon as there is something to tell."""

    def __init__(self, request_id: str, asked_millis: int, is_list: bool) -> None:
        self.request_id = request_id
        self.asked_millis = asked_millis
        self.is_list = is_list
        self.done = threading.Event()
        self.end: End | None = None
        self.place: tuple[int, int] | None = None
        self.unacknowledged: str | None = None


class Ends:
    """Who waits for what. Any number of threads may call.

    A refusal is known by where the request lies: it may have been refused before it had an id, and the id of a copy's refusal is
    that of the first. An answer may be published again after a crash, perhaps another one; the last counts, and any answer
    before a refusal.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[str, Pending] = {}
        self._places: dict[tuple[int, int], str] = {}
        self._unplaced: set[str] = set()
        # refusals that came before the acknowledgements that say whose they are
        self._strays: dict[tuple[int, int], Rejection] = {}

    def expect(self, request_id: str, asked_millis: int, is_list: bool) -> None:
        """From now on the end of this request, for a list of texts or one, is of interest."""
        with self._lock:
            self._pending[request_id] = Pending(request_id, asked_millis, is_list)
            self._unplaced.add(request_id)

    def placed(self, request_id: str, partition: int, offset: int) -> None:
        """Where the request lies, as the producer's acknowledgement tells; the refusal may have been there first."""
        with self._lock:
            pending = self._pending.get(request_id)
            self._unplaced.discard(request_id)
            if pending is None:
                return
            pending.place = (partition, offset)
            self._places[pending.place] = request_id
            stray = self._strays.pop(pending.place, None)
            if stray is not None:
                self._take(request_id, stray)
            self._drop_strays()

    def unacknowledged(self, request_id: str, reason: str) -> None:
        """No acknowledgement will come: the request may have been taken all the same."""
        with self._lock:
            self._unplaced.discard(request_id)
            self._drop_strays()
            pending = self._pending.get(request_id)
            if pending is not None:
                pending.unacknowledged = reason
                pending.done.set()

    def take(self, end: End) -> str | None:
        """Takes a record that was read, and returns the id of the request whose end it is now, if any."""
        with self._lock:
            if is_result(end):
                return self._take(end["id"], end)
            refusal = cast(Rejection, end)
            place = (refusal["partition"], refusal["offset"])
            request_id = self._places.get(place)
            if request_id is None:
                if self._unplaced:
                    self._strays[place] = refusal
                return None
            return self._take(request_id, refusal)

    def of(self, request_id: str) -> Pending | None:
        with self._lock:
            return self._pending.get(request_id)

    def reopen(self, pending: Pending) -> str | None:
        """Gives once why there is no acknowledgement, if so; then the request is waited for on."""
        with self._lock:
            reason, pending.unacknowledged = pending.unacknowledged, None
            if pending.end is None:
                pending.done.clear()
            return reason

    def forget(self, request_id: str) -> None:
        with self._lock:
            pending = self._pending.pop(request_id, None)
            if pending is not None and pending.place is not None:
                del self._places[pending.place]
            self._unplaced.discard(request_id)
            self._drop_strays()

    def wake_all(self) -> None:
        with self._lock:
            for pending in self._pending.values():
                pending.done.set()

    def _take(self, request_id: str, end: End) -> str | None:
        pending = self._pending.get(request_id)
        if pending is None or (pending.end is not None and is_result(pending.end) and not is_result(end)):
            return None
        pending.end = end
        pending.done.set()
        return request_id

    def _drop_strays(self) -> None:
        if not self._unplaced:
            self._strays.clear()
