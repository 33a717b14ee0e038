from __future__ import annotations

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from millrace.errors import NotYet, RpcError
from millrace.rpc import Node, until

SECRET = "my-providers-key"


class Scripted(BaseHTTPRequestHandler):
    """Answers with what the test has put there: a status and a body."""

    answer = (200, b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class RpcTest(unittest.TestCase):
    def setUp(self) -> None:
        self.server = HTTPServer(("127.0.0.1", 0), Scripted)
        self.addCleanup(self.server.server_close)
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)
        self.node = Node(f"http://127.0.0.1:{self.server.server_port}/{SECRET}")

    def answers(self, answer: Any, status: int = 200) -> None:
        Scripted.answer = (status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def error(self) -> RpcError:
        with self.assertRaises(RpcError) as raised:
            self.node.ask("eth_call")
        self.assertNotIn(SECRET, str(raised.exception))
        return raised.exception

    def test_a_result_is_returned(self) -> None:
        self.answers({"jsonrpc": "2.0", "id": 1, "result": "0x10"})
        self.assertEqual(16, self.node.number("eth_blockNumber"))

    def test_a_revert_tells_its_data(self) -> None:
        self.answers({"jsonrpc": "2.0", "id": 1, "error": {"code": 3, "message": "execution reverted", "data": "0x1234"}})
        self.assertEqual(("eth_call: execution reverted (0x1234)", "0x1234"), (str(self.error()), self.error().data))

    def test_what_is_no_answer_is_an_error_that_does_not_show_the_address(self) -> None:
        self.answers(b"", 429)
        self.assertIn("429", str(self.error()))
        self.answers(b"<html>")
        self.assertIn("eth_call", str(self.error()))
        self.answers([])
        self.assertIn("eth_call", str(self.error()))
        self.node = Node(f"http://127.0.0.1:1/{SECRET}")
        self.assertIn("cannot be reached", str(self.error()))

    def test_a_wait_ends_and_names_what_it_waited_for(self) -> None:
        with self.assertRaisesRegex(NotYet, "^the sea not seen within 0 s$"):
            until("the sea", 0, lambda: None)
        self.assertEqual(3, until("the sea", 0, lambda: 3))
