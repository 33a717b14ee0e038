"""Reads topics once, from a point in time to where they end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from .deployment import Deployment
from .errors import NotYet
from .stream import positions, reading, settings, unreadable

_SILENCE_SECONDS = 30


def scan(deployment: Deployment, topics: list[str], since_millis: int, take: Callable[[str, Any], bool]) -> None:
    """Hands every record of `topics` to `take`, parsed, until that says true or there are no more.

    `since_millis` is the append time of the oldest that are of interest, unix milliseconds; 0 for all. NotYet if nothing comes
    for half a minute and the ends are not reached; TopicsUnreadable.
    """
    consumer = Consumer(settings(deployment) | reading() | {"enable.partition.eof": True})

    def since(_: Consumer, partition: TopicPartition) -> int:
        asked = TopicPartition(partition.topic, partition.partition, since_millis)
        return int(consumer.offsets_for_times([asked], timeout=_SILENCE_SECONDS)[0].offset)

    try:
        assigned = positions(consumer, topics, since)
        consumer.assign(assigned)
        _read(consumer, {(each.topic, each.partition) for each in assigned}, take)
    except KafkaException as error:
        raise unreadable(topics, deployment, error) from None
    finally:
        consumer.close()


def _read(consumer: Consumer, unread: set[tuple[str, int]], take: Callable[[str, Any], bool]) -> None:
    heard = time.monotonic()
    while unread:
        messages = consumer.consume(num_messages=500, timeout=0.5)
        if messages:
            heard = time.monotonic()
        elif time.monotonic() - heard > _SILENCE_SECONDS:
            names = ", ".join(sorted(f"{topic}-{partition}" for topic, partition in unread))
            raise NotYet(f"the end of {names}", _SILENCE_SECONDS)
        for message in messages:
            error = message.error()
            if error is not None and error.code() == KafkaError._PARTITION_EOF:
                unread.discard((message.topic(), message.partition()))
            elif error is not None:
                raise KafkaException(error)
            elif message.value() is not None and take(message.topic(), json.loads(message.value())):
                return
