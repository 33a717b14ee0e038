"""A requester: one key, its money in the vault, its requests."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import cast

from .deployment import Deployment
from .ends import Pending, is_result
from .errors import NoAnswerYet, RequestRefused, RequestUnanswered
from .ethereum import unhex
from .receipts import ReceiptProof, find_proof, leads_to_its_header
from .records import Classification, Embedding, Rejection, Reranking, Result
from .rpc import Node
from .secp256k1 import Key, recover
from .stream import RequestStream
from .typed_data import HEADER, NO_OPTIONS, OUTCOME, REQUEST, Domain, input_hash, list_output_hash, output_hash
from .vault import Vault

_DEADLINE_SECONDS = 120.0
# beyond the deadline: so long its refusal or its expiry may take to be told
_GRACE_SECONDS = 30.0
_CHAIN_SECONDS = 1800.0
_ANSWERED = 1
# what hashing raises if what was given is not of the promised form
_MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Answer:
    """An answer, signed by its provider. `debit_nano` is what it costs, nano-USD; `asked_millis` is when it was asked.

    `embeddings` has one vector a text, in their order: of another model than one of embeddings its scores, which `scores` and
    `relevance` tell. `is_list` says whether a list of texts was asked, and be it of one.
    """

    request_id: str
    is_list: bool
    embeddings: Sequence[Sequence[float]]
    debit_nano: int
    asked_millis: int
    result: Result

    @property
    def embedding(self) -> Sequence[float]:
        """Of the text that was asked; of a list the first one's."""
        return self.embeddings[0]

    @property
    def scores(self) -> list[dict[str, float]]:
        """Of a classifier: the score of each label, for every text."""
        return [
            dict(zip((score["label"] for score in text["scores"]), vector, strict=True))
            for text, vector in zip(self.result["data"], self.embeddings, strict=True)
            if text["object"] == "classification"
        ]

    @property
    def relevance(self) -> list[float]:
        """Of a re-ranker: how well each text answers the query, in the order of the texts."""
        return [
            vector[0]
            for text, vector in zip(self.result["data"], self.embeddings, strict=True)
            if text["object"] == "reranking"
        ]


class MillraceClient:
    """Any number of threads may use one; close it at the end, or use it in a `with`."""

    def __init__(self, deployment: Deployment, private_key: str) -> None:
        """Connects. `private_key` is the requester's, hexadecimal; it signs and never leaves this process.

        ValueError for a wrong key or setting; TopicsUnreadable if Kafka does not let answers be read within half a minute.
        """
        self._deployment = deployment
        self._key = Key(private_key)
        self._domain = Domain(deployment.chain_id, deployment.vault)
        self.vault = Vault(deployment.vault, deployment.chain_id, Node(deployment.rpc_url), self._key)
        self._stream = RequestStream(deployment)

    @property
    def address(self) -> str:
        """The requester's, lower case."""
        return self._key.address

    def balance(self) -> int:
        """What is left of the deposits, nano-USD, as far as epochs have settled."""
        return self.vault.balance(self.address)

    def deposit(self, amount_nano: int, final_seconds: float = _CHAIN_SECONDS) -> None:
        """Pays in, from the key's own tokens; returns once it is final.

        NotYet if that takes longer: the money is in the vault.
        """
        self.vault.deposit(amount_nano, final_seconds)

    def withdraw(self, amount_nano: int, release_seconds: float = _CHAIN_SECONDS) -> int:
        """Pays out to the key's own address; waits for an epoch. Returns what came, nano-USD.

        What charges and requests in flight need stays. NotYet if no epoch releases any of it in time: then
        `vault.take_released()` gets it later, or `cancel_withdrawal()` takes it back.
        """
        return self.vault.withdraw(amount_nano, release_seconds)

    def cancel_withdrawal(self) -> int:
        """Takes back what is asked for and not released, so that it can be spent again; returns how much, nano-USD."""
        return self.vault.cancel_request()

    def ask(
        self,
        text: str | Sequence[str],
        *,
        max_fee_nano: int,
        model: str | None = None,
        deadline_seconds: float = _DEADLINE_SECONDS,
    ) -> Answer:
        """Signs a request, sends it and waits for its answer, half a minute beyond its deadline at most.

        Raises what `send` and `answer_to` raise.
        """
        request_id = self.send(text, max_fee_nano=max_fee_nano, model=model, deadline_seconds=deadline_seconds)
        return self.answer_to(request_id, deadline_seconds + _GRACE_SECONDS)

    def send(
        self,
        text: str | Sequence[str],
        *,
        max_fee_nano: int,
        model: str | None = None,
        deadline_seconds: float = _DEADLINE_SECONDS,
    ) -> str:
        """Signs a request, sends it and returns its id at once, for `answer_to`: so one thread has any number under way.

        `text` is one, or a list of at most 128: one request and one charge, answered whole or not at all.
        `max_fee_nano` is the most that it may cost; after `deadline_seconds` no answer is given and nothing is charged.
        ValueError for what cannot be signed or sent; StreamBroken if nothing can be sent any more.
        """
        return self._send(text, None, max_fee_nano, model, deadline_seconds)

    def _send(
        self, text: str | Sequence[str], query: str | None, max_fee_nano: int, model: str | None, deadline_seconds: float
    ) -> str:
        asked_millis = time.time_ns() // 1_000_000
        terms = {
            "requester": self.address,
            "model": self._deployment.model if model is None else model,
            "maxFeeNano": max_fee_nano,
            "deadline": asked_millis + int(deadline_seconds * 1000),
            "nonce": secrets.randbits(64),
        }
        request_id = self._domain.digest(REQUEST, terms | {"inputHash": input_hash(text, query), "optionsHash": NO_OPTIONS})
        signature = "0x" + self._key.sign(unhex(request_id)).hex()
        # most JSON parsers lose digits beyond 2^53
        wide = {"maxFeeNano": str(max_fee_nano), "nonce": str(terms["nonce"])}
        asked = {"input": text} if query is None else {"input": text, "query": query}
        value = json.dumps(terms | wide | asked | {"signature": signature}, ensure_ascii=False)
        self._stream.send(request_id, self.address, value.encode(), asked_millis, not isinstance(text, str))
        return request_id

    def rerank(
        self,
        query: str,
        texts: Sequence[str],
        *,
        max_fee_nano: int,
        model: str | None = None,
        deadline_seconds: float = _DEADLINE_SECONDS,
    ) -> Answer:
        """Ranks a list of at most 128 texts by a query: asks a model whose task that is, and waits.

        One request with one charge; each text is read together with the query, whose tokens count with each. Raises what
        `send` and `answer_to` raise.
        """
        request_id = self._send(texts, query, max_fee_nano, model, deadline_seconds)
        return self.answer_to(request_id, deadline_seconds + _GRACE_SECONDS)

    def answer_to(self, request_id: str, seconds: float) -> Answer:
        """Waits for the answer to a request that this client has sent; each is given once.

        RequestRefused with the engine's code; RequestUnanswered if the deadline passed or the provider failed; NoAnswerYet if
        nothing was heard in `seconds`: call it again. NotAcknowledged, once, if Kafka did not confirm the request; StreamBroken
        if nothing will be heard any more. ValueError if nothing of that id is waited for.
        """
        pending = self._stream.pending(request_id)
        self._stream.wait(pending, seconds)
        return self._answer(pending, seconds)

    def _answer(self, pending: Pending, seconds: float) -> Answer:
        end = pending.end
        if end is None:
            raise NoAnswerYet(pending.request_id, seconds, self._stream.trouble)
        if not is_result(end):
            raise RequestRefused(pending.request_id, cast(Rejection, end))
        if end["status"] != "answered":
            error = end["error"]
            raise RequestUnanswered(pending.request_id, end["status"], "" if error is None else error["message"])
        embeddings = tuple(_vector(text) for text in end["data"])
        return Answer(pending.request_id, pending.is_list, embeddings, end["charge"]["debitNano"], pending.asked_millis, end)

    def is_signed_by_provider(self, answer: Answer) -> bool:
        """Whether the provider that the answer names has signed exactly these vectors and this charge for this request.

        With a key that signs, by the chain, for the earning account that is paid: RpcError if the node does not say so.
        """
        provider = answer.result["provider"]
        try:
            signer = recover(unhex(self._outcome(answer)), unhex(provider["signature"]))
        except _MALFORMED:
            return False
        if signer != provider["address"]:
            return False
        return answer.asked_millis // 1000 < self.vault.signs_until(provider["account"], signer)

    def receipt(self, answer: Answer) -> ReceiptProof | None:
        """The proof of an answer's charge; None as long as it is not sealed, a minute or two with the defaults.

        TopicsUnreadable; NotYet if Kafka falls silent before the topics are read to their ends.
        """
        depth = self.vault.shard_depth()
        return find_proof(self._deployment, self._domain, depth, answer.request_id, answer.asked_millis)

    def verify(self, answer: Answer, proof: ReceiptProof) -> bool:
        """Whether the vault holds this charge, and it is the answer's.

        Everything is hashed here; the only word that is taken for it is that of your own node about the vault.
        """
        depth = self.vault.shard_depth()
        receipt = proof.receipt
        try:
            return (
                receipt["requestId"] == answer.request_id
                and receipt["debitNano"] == answer.debit_nano
                and receipt["outcome"] == self._outcome(answer)
                and leads_to_its_header(proof, self._domain, depth)
                and self._domain.digest(HEADER, proof.header) == self.vault.header_of(proof.header)
            )
        except _MALFORMED:
            return False

    def close(self) -> None:
        """Ends the connections."""
        self._stream.close()

    def __enter__(self) -> MillraceClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _outcome(self, answer: Answer) -> str:
        provider = answer.result["provider"]
        return self._domain.digest(
            OUTCOME,
            {
                "requestId": answer.request_id,
                "providerAccount": provider["account"],
                "units": answer.result["usage"]["total_tokens"],
                "status": _ANSWERED,
                "outputHash": (list_output_hash(answer.embeddings) if answer.is_list else output_hash(answer.embedding)),
                "numericClass": provider["numericClass"],
            },
        )


def _vector(text: Embedding | Classification | Reranking) -> tuple[float, ...]:
    """The numbers that the provider has signed of a text, of whichever task."""
    if text["object"] == "embedding":
        return tuple(text["embedding"])
    if text["object"] == "classification":
        return tuple(score["score"] for score in text["scores"])
    return (text["relevance_score"],)
