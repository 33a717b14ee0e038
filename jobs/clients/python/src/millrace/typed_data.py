"""The EIP-712 structs that the engine, its contracts and its clients share."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .ethereum import unhex, word
from .secp256k1 import keccak256

REQUEST = (
    "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,bytes32 optionsHash,uint64 maxFeeNano,uint64 deadline,"
    "uint64 nonce)"
)
OUTCOME = "Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,bytes32 outputHash,bytes32 numericClass)"
RECEIPT = (
    "Receipt(bytes32 requestId,uint32 requesterAccount,uint64 sequence,uint32 providerAccount,bytes32 model,uint64 units,"
    "uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,uint256[] credits,bytes32 outcome,bytes32 allocation,"
    "uint64 admittedMillis,uint32 shard,uint32 index)"
)
HEADER = (
    "EpochHeader(bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,bytes32 receiptsRoot,uint64 receiptsSumNano,"
    "uint64 receiptsCount,uint8 levels,uint64 partSumNano,bytes32 wordsHash,bytes32 cutDigest,uint64 l2Block)"
)
_DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"

NO_OPTIONS = "0x" + "00" * 32
"""No option may be given to a request yet."""


class Domain:
    """Signatures and leaves hold for one vault on one chain."""

    def __init__(self, chain_id: int, vault: str) -> None:
        names = keccak256(b"Millrace") + keccak256(b"1")
        self.separator = keccak256(keccak256(_DOMAIN.encode()) + names + word("uint256", chain_id) + word("address", vault))

    def digest(self, kind: str, struct: Mapping[str, Any]) -> str:
        """What is signed, or a leaf. `kind` is one of the types above; ValueError or KeyError if a field is missing or wrong."""
        words = b"".join(_word(field, struct[name]) for field, name in fields(kind))
        return "0x" + keccak256(b"\x19\x01" + self.separator + keccak256(keccak256(kind.encode()) + words)).hex()


def fields(kind: str) -> list[tuple[str, str]]:
    """Type and name of each field, in order."""
    declarations = kind[kind.index("(") + 1 : -1].split(",")
    return [(field, name) for field, name in (declaration.split(" ") for declaration in declarations)]


def abi_kind(kind: str) -> str:
    """The same struct as the ABI writes it, a tuple of types."""
    return "(" + ",".join(field for field, _ in fields(kind)) + ")"


def abi_values(kind: str, struct: Mapping[str, Any]) -> list[Any]:
    """The values of a struct in the order of its fields."""
    return [struct[name] for _, name in fields(kind)]


def input_hash(text: str | Sequence[str], query: str | None = None) -> str:
    """A text stands for its bytes, a list for EIP-712's hash of `string[]`: of the query before it, if it is ranked by one.

    ValueError for half of a surrogate pair.
    """
    if isinstance(text, str):
        return "0x" + keccak256(text.encode()).hex()
    signed = text if query is None else [query, *text]
    return "0x" + keccak256(b"".join(keccak256(each.encode()) for each in signed)).hex()


def output_hash(vector: Sequence[float]) -> str:
    """keccak256 of big-endian float32 bytes; of nothing where there is no answer."""
    components = array("f", vector)
    if sys.byteorder == "little":
        components.byteswap()
    return "0x" + keccak256(components.tobytes()).hex()


def list_output_hash(vectors: Iterable[Sequence[float]]) -> str:
    """Of what a list of texts gave: the keccak256 of the hashes of each, so that one can be shown without the others."""
    return "0x" + keccak256(b"".join(unhex(output_hash(vector)) for vector in vectors)).hex()


def _word(kind: str, value: Any) -> bytes:
    if not kind.endswith("[]"):
        return word(kind, value)
    return keccak256(b"".join(word(kind[:-2], each) for each in value))
