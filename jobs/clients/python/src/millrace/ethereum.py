"""Calls and transactions in the EVM's encodings: ABI, RLP, EIP-1559.

Written out because Debian has no Python library for them; only what a requester needs. Tests compare it with ethers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .secp256k1 import Key, keccak256

Rlp = bytes | int | Sequence["Rlp"]


def unhex(text: str) -> bytes:
    """Bytes of 0x-hex; ValueError for anything else."""
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError(f"{text!r} is not 0x-hex")
    return bytes.fromhex(text[2:])


def word(kind: str, value: Any) -> bytes:
    """32 bytes of a value type: address and bytes32 from 0x-hex, bool, uintN from an int. ValueError if it does not fit."""
    if kind in ("address", "bytes32"):
        raw = value if isinstance(value, bytes) else unhex(value)
        if len(raw) != (20 if kind == "address" else 32):
            raise ValueError(f"{value!r} is no {kind}")
        return raw.rjust(32, b"\0")
    bits = 1 if kind == "bool" else int(kind.removeprefix("uint"))
    if not isinstance(value, int) or not 0 <= value < 2**bits:
        raise ValueError(f"{value!r} is no {kind}")
    return value.to_bytes(32, "big")


def call_data(signature: str, *values: Any) -> bytes:
    """Of a call of the function `signature`, written without names and spaces: `transfer(address,uint256)`."""
    kinds = _members(signature[signature.index("(") :])
    return keccak256(signature.encode())[:4] + _encoded(kinds, values)


def _encoded(kinds: Sequence[str], values: Sequence[Any]) -> bytes:
    if len(kinds) != len(values):
        raise ValueError(f"{len(values)} values for {len(kinds)} arguments")
    parts = [_value(kind, value) for kind, value in zip(kinds, values)]
    place = sum(32 if _is_dynamic(kind) else len(part) for kind, part in zip(kinds, parts))
    heads, tails = b"", b""
    for kind, part in zip(kinds, parts):
        if _is_dynamic(kind):
            heads += word("uint256", place + len(tails))
            tails += part
        else:
            heads += part
    return heads + tails


def _value(kind: str, value: Any) -> bytes:
    if kind.endswith("[]"):
        return word("uint256", len(value)) + _encoded([kind[:-2]] * len(value), value)
    return _encoded(_members(kind), value) if kind.startswith("(") else word(kind, value)


def _is_dynamic(kind: str) -> bool:
    return kind.endswith("[]") or (kind.startswith("(") and any(map(_is_dynamic, _members(kind))))


def _members(tuple_kind: str) -> list[str]:
    members, depth = [""], 0
    for char in tuple_kind[1:-1]:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            members.append("")
        else:
            members[-1] += char
    return [member for member in members if member]


def rlp(item: Rlp) -> bytes:
    """Recursive length prefix: of bytes, of whole numbers as the fewest bytes, of lists of such."""
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8, "big")
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _length(0x80, item) + item
    content = b"".join(map(rlp, item))
    return _length(0xC0, content) + content


def _length(offset: int, content: bytes) -> bytes:
    if len(content) < 56:
        return bytes([offset + len(content)])
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([offset + 55 + len(size)]) + size


@dataclass(frozen=True)
class Transaction:
    """EIP-1559, of a call that sends no ether; fees in wei for a unit of gas."""

    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas_limit: int
    to: str
    data: bytes

    def digest(self) -> bytes:
        """What its sender signs."""
        return keccak256(b"\x02" + rlp(self._fields()))

    def signed(self, key: Key) -> bytes:
        """As `eth_sendRawTransaction` takes it."""
        return self.with_signature(key.sign(self.digest()))

    def with_signature(self, signature: bytes) -> bytes:
        """The same, with a signature of 65 bytes that is there already."""
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        return b"\x02" + rlp([*self._fields(), signature[64] - 27, r, s])

    def _fields(self) -> list[Rlp]:
        fees: list[Rlp] = [self.max_priority_fee_per_gas, self.max_fee_per_gas, self.gas_limit]
        return [self.chain_id, self.nonce, *fees, unhex(self.to), 0, self.data, []]
