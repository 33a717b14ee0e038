"""Against ethereum.json, which vectors.mjs has written by ethers."""

from __future__ import annotations

import json
import unittest
from pathlib import Path
from typing import Any

from millrace.ethereum import Transaction, call_data, rlp, unhex
from millrace.secp256k1 import Key, recover

ETHERS = json.loads(Path(__file__).with_name("ethereum.json").read_text())
KEY = Key("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")


def mapped(item: Any, leaf: Any) -> Any:
    return [mapped(each, leaf) for each in item] if isinstance(item, list) else leaf(item)


def number(value: Any) -> Any:
    """JavaScript's bigints are written with an n before them."""
    return int(value[1:]) if isinstance(value, str) and value.startswith("n") else value


def transaction_of(case: dict[str, Any]) -> Transaction:
    return Transaction(
        chain_id=case["chainId"],
        nonce=case["nonce"],
        max_priority_fee_per_gas=case["maxPriorityFeePerGas"],
        max_fee_per_gas=case["maxFeePerGas"],
        gas_limit=case["gasLimit"],
        to=case["to"],
        data=unhex(case["data"]),
    )


class EthereumTest(unittest.TestCase):
    def test_calls_are_encoded_as_ethers_does(self) -> None:
        for case in ETHERS["calls"]:
            with self.subTest(case["signature"]):
                self.assertEqual(case["data"], "0x" + call_data(case["signature"], *mapped(case["values"], number)).hex())

    def test_rlp_is_encoded_as_ethers_does(self) -> None:
        for case in ETHERS["rlp"]:
            with self.subTest(case["encoded"]):
                self.assertEqual(case["encoded"], "0x" + rlp(mapped(case["item"], unhex)).hex())

    def test_rlp_of_numbers_is_that_of_their_fewest_bytes(self) -> None:
        # the examples of the Ethereum wiki
        examples: list[tuple[Any, str]] = [(0, "80"), (15, "0f"), (1024, "820400"), ([b"cat", b"dog"], "c88363617483646f67")]
        for value, encoded in examples:
            self.assertEqual(encoded, rlp(value).hex())

    def test_transactions_are_signed_as_ethers_does(self) -> None:
        for case in ETHERS["transactions"]:
            with self.subTest(nonce=case["nonce"]):
                transaction = transaction_of(case)
                self.assertEqual(case["digest"], "0x" + transaction.digest().hex())
                self.assertEqual(case["signed"], "0x" + transaction.with_signature(unhex(case["signature"])).hex())
                self.assertEqual(case["from"], recover(transaction.digest(), unhex(case["signature"])))
                self.assertEqual(case["from"], KEY.address)

    def test_wrong_arguments_are_refused(self) -> None:
        wrong: list[tuple[str, list[Any]]] = [
            ("f(uint8)", [256]),
            ("f(uint8)", []),
            ("f(bool)", [2]),
            ("f(address)", ["0x11"]),
            ("f(bytes32[])", [["0x11"]]),
        ]
        for signature, values in wrong:
            with self.subTest(signature, values=values), self.assertRaises(ValueError):
                call_data(signature, *values)
