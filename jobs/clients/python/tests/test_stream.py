"""Against the cluster that librdkafka mocks inside each of its clients: what is sent there is acknowledged and never answered."""

from __future__ import annotations

import threading
import unittest

from millrace.deployment import Deployment
from millrace.errors import StreamBroken
from millrace.rpc import until
from millrace.stream import RequestStream


def stream_with(**kafka: str) -> RequestStream:
    mocked = {"test.mock.num.brokers": "1"} | {key.replace("_", "."): value for key, value in kafka.items()}
    return RequestStream(Deployment(brokers=["mocked:1"], rpc_url="", chain_id=1, vault="", model="", kafka=mocked))


class RequestStreamTest(unittest.TestCase):
    def setUp(self) -> None:
        self.stream = stream_with()
        self.addCleanup(self.stream.close)

    def test_what_is_sent_gets_its_place(self) -> None:
        for number in range(3):
            self.stream.send(str(number), "key", b"{}", 1)
        pending = [self.stream.pending(str(number)) for number in range(3)]
        until("an acknowledgement of each", 30, lambda: all(each.place is not None for each in pending) or None)
        self.assertEqual(3, len({each.place for each in pending}))

    def test_a_wait_ends_and_what_was_sent_is_waited_for_on(self) -> None:
        self.stream.send("a", "key", b"{}", 1)
        pending = self.stream.pending("a")
        self.stream.wait(pending, 0.01)
        self.assertIsNone(pending.end)
        self.assertIs(pending, self.stream.pending("a"))

    def test_who_waits_hears_that_the_stream_is_closed(self) -> None:
        self.stream.send("a", "key", b"{}", 1)
        heard: list[Exception] = []

        def wait() -> None:
            try:
                self.stream.wait(self.stream.pending("a"), 60)
            except StreamBroken as error:
                heard.append(error)

        waiter = threading.Thread(target=wait)
        waiter.start()
        self.stream.close()
        waiter.join(60)
        self.assertEqual(1, len(heard))
        with self.assertRaises(StreamBroken):
            self.stream.send("b", "key", b"{}", 1)

    def test_what_cannot_be_sent_is_not_waited_for(self) -> None:
        small = stream_with(message_max_bytes="1000")
        self.addCleanup(small.close)
        with self.assertRaises(ValueError):
            small.send("a", "key", b"." * 2000, 1)
        with self.assertRaises(ValueError):
            small.pending("a")

    def test_unknown_settings_are_wrong_arguments(self) -> None:
        with self.assertRaisesRegex(ValueError, "no.such"):
            stream_with(no_such="1")
