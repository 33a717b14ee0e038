"""The records of the topics, as far as a requester reads them; tests hold them against the published JSON Schemas."""

from __future__ import annotations

from typing import Literal, TypedDict


class Embedding(TypedDict):
    object: Literal["embedding"]
    index: int
    embedding: list[float]


class Score(TypedDict):
    label: str
    score: float


class Classification(TypedDict):
    object: Literal["classification"]
    index: int
    scores: list[Score]


class Reranking(TypedDict):
    object: Literal["reranking"]
    index: int
    relevance_score: float


class Usage(TypedDict):
    prompt_tokens: int
    total_tokens: int


class ResultCharge(TypedDict):
    debitNano: int
    priceNanoPerMillion: int
    priceVersion: int
    requesterAddress: str
    requesterAccount: int


class Provider(TypedDict):
    account: int
    address: str
    numericClass: str
    signature: str


class Failure(TypedDict):
    code: Literal["EXPIRED", "FAILED"]
    message: str


class Result(TypedDict):
    """An answer, or why there is none. `data` has one entry a text if answered, else none."""

    id: str
    object: Literal["list"]
    model: str
    status: Literal["answered", "expired", "failed"]
    data: list[Embedding | Classification | Reranking]
    usage: Usage
    charge: ResultCharge
    provider: Provider
    error: Failure | None


class Rejection(TypedDict):
    """Why a request was refused, and where it lies. The ids are None if the request was not read so far."""

    code: str
    message: str
    requestId: str | None
    requesterAddress: str | None
    partition: int
    offset: int
    appendMillis: int


End = Result | Rejection


class Price(TypedDict):
    nanoPerMillion: int
    version: int
    feeBasisPoints: int


class Place(TypedDict):
    topicPartition: int
    offset: int


class Charge(TypedDict):
    requestId: str
    requesterAddress: str
    requesterAccount: int
    sequence: int
    providerAddress: str
    providerAccount: int
    model: str
    units: int
    price: Price
    debitNano: int
    creditNano: int
    feeNano: int
    status: Literal["ANSWERED", "EXPIRED", "FAILED"]
    outcome: str
    admittedMillis: int
    place: Place


class EarnedBefore(TypedDict):
    """What the leaves before one, in its shard of its epoch, credit the accounts that it credits."""

    providerNano: int
    treasuryNano: int


class Receipt(TypedDict):
    """A sealed charge, and its place in the epoch's tree."""

    epoch: int
    cut: int
    shard: int
    index: int
    earnedBefore: EarnedBefore
    charge: Charge


class Header(TypedDict):
    """What the vault keeps the hash of, as `verifyReceipt` takes it."""

    previousHeader: str
    epoch: int
    part: int
    parts: int
    receiptsRoot: str
    receiptsSumNano: int
    receiptsCount: int
    levels: int
    partSumNano: int
    wordsHash: str
    cutDigest: str
    l2Block: int


class Words(TypedDict):
    debitSlots: list[str]
    debits: list[str]
    creditSlots: list[str]
    credits: list[str]


class Source(TypedDict):
    shard: int
    cut: int
    root: str
    sumNano: int
    receipts: int


class Position(TypedDict):
    cut: int
    source: str
    next: int


class Epoch(TypedDict):
    """One part of a sealed epoch."""

    hash: str
    header: Header
    words: Words
    releases: list[str]
    accounts: int
    sources: list[Source]
    positions: list[Position]
