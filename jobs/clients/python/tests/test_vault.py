"""Withdrawals against a vault that a fake node plays: what it does by itself are the epochs' releases."""

from __future__ import annotations

import unittest
from typing import Any

from millrace.errors import NotYet, RpcError
from millrace.ethereum import call_data, word
from millrace.rpc import Node
from millrace.secp256k1 import Key
from millrace.vault import Vault

CALLS: dict[str, list[Any]] = {
    "spendingAccountOf(address)": ["0x" + "00" * 20],
    "spendingAccount(uint32)": [0],
    "SCALE()": [],
    "requestWithdrawal(uint64)": [0],
    "cancelRequest()": [],
    "takeReleased(address)": ["0x" + "00" * 20],
}
SELECTORS = {"0x" + call_data(call, *values).hex()[:8]: call[: call.index("(")] for call, values in CALLS.items()}
VAULT = "0x" + "aa" * 20
ACCOUNT = 7
SCALE = 1_000


class FakeNode(Node):
    """Runs a transaction when its gas is estimated; an epoch releases `free_nano` each time that the account is looked at."""

    def __init__(self, free_nano: int, released_nano: int = 0) -> None:
        super().__init__("http://127.0.0.1:1")
        self.free_nano = free_nano
        self.open_nano = 0
        self.released_nano = released_nano
        self.taken_nano = 0
        self.releases_before_a_cancellation = False
        self.last_event = 0

    def ask(self, method: str, *params: Any) -> Any:
        if method == "eth_call":
            return "0x" + b"".join(word("uint256", value) for value in self._view(params[0]["data"])).hex()
        if method == "eth_estimateGas":
            self._run(params[0]["data"])
        answers = {
            "eth_getBlockByNumber": {"baseFeePerGas": "0x1"},
            "eth_sendRawTransaction": "0x" + "11" * 32,
            "eth_getTransactionReceipt": {"status": "0x1", "blockNumber": "0x1", "logs": [{"data": hex(self.last_event)}]},
        }
        return answers.get(method, "0x1")

    def _view(self, data: str) -> list[int]:
        name = SELECTORS[data[:10]]
        if name != "spendingAccount":
            return [ACCOUNT if name == "spendingAccountOf" else SCALE]
        state = [0, 1, self.open_nano, self.released_nano, 0]
        self._release()
        return state

    def _release(self) -> None:
        amount = min(self.free_nano, self.open_nano)
        self.free_nano -= amount
        self.open_nano -= amount
        self.released_nano += amount

    def _run(self, data: str) -> None:
        name = SELECTORS[data[:10]]
        if name == "requestWithdrawal":
            self._require(self.open_nano == 0)
            self.open_nano = int(data[10:], 16)
        elif name == "cancelRequest":
            if self.releases_before_a_cancellation:
                self.free_nano = self.open_nano
                self._release()
            self._require(self.open_nano > 0)
            self.last_event, self.open_nano = self.open_nano, 0
        else:
            whole = self.released_nano - self.released_nano % SCALE
            self._require(whole > 0)
            self.released_nano -= whole
            self.taken_nano += whole

    def _require(self, met: bool) -> None:
        if not met:
            raise RpcError("eth_estimateGas", "execution reverted")


class LinkedNode(Node):
    """Three contracts: the vault names its tribunal, that the registry of providers."""

    TRIBUNAL, PROVIDERS, ENDED, SIGNER = (f"0x{digit * 40}" for digit in "bcde")

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.asked: list[str] = []

    def ask(self, method: str, *params: Any) -> Any:
        to, data = params[0]["to"], params[0]["data"]
        self.asked.append(to)
        answers = {
            (VAULT, "0x" + call_data("TRIBUNAL()").hex()): self.TRIBUNAL,
            (self.TRIBUNAL, "0x" + call_data("PROVIDERS()").hex()): self.PROVIDERS,
            (self.PROVIDERS, self._signs_until(self.SIGNER)): hex(2**64 - 1),
            (self.PROVIDERS, self._signs_until(self.ENDED)): hex(1_800_000_000),
            (self.PROVIDERS, self._signs_until(VAULT)): "0x0",
        }
        return f"0x{int(answers[to, data], 16):064x}"

    @staticmethod
    def _signs_until(key: str) -> str:
        return "0x" + call_data("signsUntil(uint32,address)", ACCOUNT, key).hex()


def vault_of(node: Node) -> Vault:
    return Vault(VAULT, 31337, node, Key("0x" + "00" * 31 + "07"))


class VaultTest(unittest.TestCase):
    def test_all_that_is_asked_for_comes(self) -> None:
        node = FakeNode(free_nano=9_000)
        self.assertEqual(5_000, vault_of(node).withdraw(5_000, 10))
        self.assertEqual((5_000, 0, 0), (node.taken_nano, node.open_nano, node.released_nano))

    def test_what_is_not_free_is_not_waited_for_and_is_taken_back(self) -> None:
        node = FakeNode(free_nano=3_160)
        self.assertEqual(3_000, vault_of(node).withdraw(5_000, 10))
        self.assertEqual((3_000, 0, 160), (node.taken_nano, node.open_nano, node.released_nano))

    def test_what_an_earlier_withdrawal_has_left_over_is_no_release(self) -> None:
        node = FakeNode(free_nano=9_000, released_nano=840)
        self.assertEqual(5_000, vault_of(node).withdraw(5_000, 10))

    def test_a_withdrawal_that_nothing_releases_stays_asked_for_until_it_is_cancelled(self) -> None:
        node = FakeNode(free_nano=0)
        vault = vault_of(node)
        with self.assertRaisesRegex(NotYet, "stays asked for"):
            vault.withdraw(5_000, 0)
        with self.assertRaises(RpcError):
            vault.withdraw(1_000, 0)
        self.assertEqual(5_000, vault.cancel_request())
        self.assertEqual(0, vault.cancel_request())

    def test_what_an_epoch_releases_meanwhile_cannot_be_cancelled_and_is_taken(self) -> None:
        node = FakeNode(free_nano=3_000)
        node.releases_before_a_cancellation = True
        self.assertEqual(5_000, vault_of(node).withdraw(5_000, 10))

    def test_whose_key_signs_the_registry_says_that_the_tribunal_names(self) -> None:
        node = LinkedNode()
        vault = vault_of(node)
        self.assertEqual(2**64 - 1, vault.signs_until(ACCOUNT, node.SIGNER))
        self.assertEqual(1_800_000_000, vault.signs_until(ACCOUNT, node.ENDED))
        self.assertEqual(0, vault.signs_until(ACCOUNT, VAULT))
        self.assertEqual([VAULT, node.TRIBUNAL, *[node.PROVIDERS] * 3], node.asked, "the links are followed once")

    def test_less_than_a_unit_of_the_token_is_not_taken(self) -> None:
        self.assertEqual(0, vault_of(FakeNode(free_nano=0, released_nano=999)).take_released())
