"""Requests to Kafka, and what becomes of them from it."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from .deployment import Deployment
from .ends import Ends, Pending
from .errors import NotAcknowledged, StreamBroken, TopicsUnreadable

_REQUESTS = "inference.requests"
_ENDS = ["inference.results", "inference.rejections"]
_KAFKA_SECONDS = 30
_POLL_SECONDS = 0.1


class RequestStream:
    """One connection for any number of requests at a time, from any number of threads.

    Two threads of its own: one reads the topics of ends, one hands out the producer's acknowledgements. Partitions are assigned,
    not shared in a group, so nothing waits for a group's coordinator.
    """

    def __init__(self, deployment: Deployment) -> None:
        """Connects, and from then on hears what becomes of requests that are sent.

        TopicsUnreadable if it cannot in half a minute; ValueError for settings that Kafka's client does not know.
        """
        self._ends = Ends()
        self._closed = threading.Event()
        self._failure: Exception | None = None
        self._trouble: str | None = None
        shared = settings(deployment) | {"error_cb": self._hear_trouble}
        # What a retry sends twice is stored once, so that the acknowledgement tells the place of the one that counts.
        producing = {"enable.idempotence": True, "message.timeout.ms": _KAFKA_SECONDS * 1000}
        try:
            self._producer = Producer(shared | producing)
        except KafkaException as error:
            raise ValueError(f"the settings of Kafka's client are wrong: {error}") from None
        self._consumer = Consumer(shared | reading())
        try:
            self._consumer.assign(positions(self._consumer, _ENDS, _end_of))
        except KafkaException as error:
            self._consumer.close()
            raise unreadable(_ENDS, deployment, error) from None
        self._threads = [
            threading.Thread(target=self._guarded, args=(step,), name=f"millrace-{name}", daemon=True)
            for name, step in (("ends", self._read_ends), ("acknowledgements", self._serve_producer))
        ]
        for thread in self._threads:
            thread.start()

    def send(self, request_id: str, key: str, value: bytes, asked_millis: int, is_list: bool = False) -> None:
        """Hands a request to the producer. ValueError if it does not take it, StreamBroken if nothing can be sent any more."""
        self._raise_failure()
        self._ends.expect(request_id, asked_millis, is_list)

        def acknowledged(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self._ends.unacknowledged(request_id, error.str())
            elif message.offset() == OFFSET_INVALID:
                self._ends.unacknowledged(request_id, "the broker had it already and does not say where")
            else:
                self._ends.placed(request_id, message.partition(), message.offset())

        try:
            self._produce(key, value, acknowledged)
        except Exception:
            self._ends.forget(request_id)
            raise

    def _produce(self, key: str, value: bytes, acknowledged: Callable[[KafkaError | None, Message], None]) -> None:
        until = time.monotonic() + _KAFKA_SECONDS
        while True:
            try:
                self._producer.produce(_REQUESTS, value, key, on_delivery=acknowledged)
                return
            except BufferError:
                # the queue has room again when the thread of acknowledgements has served some
                if time.monotonic() > until:
                    raise StreamBroken(f"no room for a request in the producer's queue for {_KAFKA_SECONDS} s") from None
                self._closed.wait(_POLL_SECONDS)
            except KafkaException as error:
                raise ValueError(f"Kafka's client does not take the request: {error}") from None

    def pending(self, request_id: str) -> Pending:
        """A request that was sent here and whose end nobody has been given; ValueError for others."""
        pending = self._ends.of(request_id)
        if pending is None:
            raise ValueError(f"no request {request_id} of this client waits for its end")
        return pending

    def wait(self, pending: Pending, seconds: float) -> None:
        """Returns when the request has its end, which is forgotten here then, or after `seconds`.

        NotAcknowledged, once, if Kafka did not confirm the request; StreamBroken if nothing will be heard any more.
        """
        if pending.done.wait(seconds):
            reason = self._ends.reopen(pending)
            if pending.end is not None:
                self._ends.forget(pending.request_id)
            elif reason is not None:
                raise NotAcknowledged(pending.request_id, reason)
            else:
                self._raise_failure()

    @property
    def trouble(self) -> str | None:
        """What Kafka's client has complained about last."""
        return self._trouble

    def close(self) -> None:
        """Ends the connection; who waits is told so."""
        self._failure = self._failure or StreamBroken("the client was closed")
        self._closed.set()
        self._ends.wake_all()
        self._producer.flush(_POLL_SECONDS)
        for thread in self._threads:
            thread.join(_KAFKA_SECONDS)
        self._consumer.close()

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            while not self._closed.is_set():
                step()
        except Exception as error:  # whoever waits must hear of it, whatever it is
            self._failure = error
            self._ends.wake_all()

    def _read_ends(self) -> None:
        for message in self._consumer.consume(num_messages=500, timeout=_POLL_SECONDS):
            if message.error() is not None:
                self._hear_trouble(message.error())
            elif message.value() is not None:
                self._ends.take(json.loads(message.value()))

    def _serve_producer(self) -> None:
        self._producer.poll(_POLL_SECONDS)

    def _hear_trouble(self, error: KafkaError) -> None:
        self._trouble = error.str()
        if error.fatal() or error.code() == KafkaError._FATAL:
            raise KafkaException(error)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise StreamBroken(f"nothing more is heard from Kafka: {self._failure}") from self._failure


def settings(deployment: Deployment) -> dict[str, Any]:
    """What every connection of this package has in common. librdkafka's own log stays quiet: what matters is in the errors."""
    own = {"bootstrap.servers": ",".join(deployment.brokers), "client.id": "millrace-client", "log_level": 0}
    return own | dict(deployment.kafka)


def unreadable(topics: list[str], deployment: Deployment, error: KafkaException) -> TopicsUnreadable:
    """The error for a reader that Kafka has failed."""
    return TopicsUnreadable(f"{' and '.join(topics)} cannot be read at {','.join(deployment.brokers)}: {error}")


def reading() -> dict[str, Any]:
    """Of a consumer whose positions are its own: librdkafka wants a group's name and never joins it."""
    return {
        "group.id": f"millrace-client-{uuid.uuid4()}",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "earliest",
    }


def positions(consumer: Consumer, topics: list[str], offset: Callable[[Consumer, TopicPartition], int]) -> list[TopicPartition]:
    """Of every partition of `topics`; KafkaException if a topic or its offset cannot be had in half a minute."""
    found = []
    for topic in topics:
        described = consumer.list_topics(topic, timeout=_KAFKA_SECONDS).topics[topic]
        if described.error is not None:
            raise KafkaException(described.error)
        for partition in described.partitions:
            found.append(TopicPartition(topic, partition, offset(consumer, TopicPartition(topic, partition))))
    return found


def _end_of(consumer: Consumer, partition: TopicPartition) -> int:
    # what was there before is no answer to what comes
    return int(consumer.get_watermark_offsets(partition, timeout=_KAFKA_SECONDS)[1])
