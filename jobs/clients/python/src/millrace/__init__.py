"""Asks Millrace for inference, pays for it from a deposit, and proves every charge. Amounts are ints of nano-USD."""

from .client import Answer, MillraceClient
from .deployment import Deployment, read_stack
from .errors import (
    MillraceError,
    NoAnswerYet,
    NotAcknowledged,
    NotYet,
    RequestRefused,
    RequestUnanswered,
    RpcError,
    StreamBroken,
    TopicsUnreadable,
    TransactionReverted,
)
from .merkle_sum import SumNode
from .receipts import ReceiptProof
from .records import Epoch, Receipt, Rejection, Result
from .vault import Vault

__all__ = [
    "Answer",
    "Deployment",
    "Epoch",
    "MillraceClient",
    "MillraceError",
    "NoAnswerYet",
    "NotAcknowledged",
    "NotYet",
    "Receipt",
    "ReceiptProof",
    "Rejection",
    "RequestRefused",
    "RequestUnanswered",
    "Result",
    "RpcError",
    "StreamBroken",
    "SumNode",
    "TopicsUnreadable",
    "TransactionReverted",
    "Vault",
    "read_stack",
]
