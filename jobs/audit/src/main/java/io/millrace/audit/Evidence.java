package io.millrace.audit;

import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Sealed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Both snapshots, and what several checks look up in them.
 *
 * @param requireSettled whether work in progress is an error
 */
record Evidence(KafkaBooks kafka, ChainBooks chain, boolean requireSettled) {

    TypedHashes hashes() {
        return new TypedHashes(chain.chainId(), chain.vault());
    }

    Map<Position, Request> requestsByPosition() {
        return kafka.requests().stream()
                .collect(Collectors.toMap(Request::at, Function.identity(), (a, b) -> a));
    }

    /** Every epoch's parts in their order: as settled if on chain, else as the epoch log has it. */
    Map<Long, List<EpochPart>> epochs() {
        Map<Long, Map<Long, EpochPart>> epochs = new TreeMap<>();
        for (Sealed sealed : kafka.epochs()) {
            EpochPart part = sealed.part();
            epochs.computeIfAbsent(part.header().epoch(), epoch -> new TreeMap<>())
                    .put(part.header().part(), part);
        }
        for (Settlement settlement : chain.settlements()) {
            EpochPart part = settlement.part();
            epochs.computeIfAbsent(part.header().epoch(), epoch -> new TreeMap<>())
                    .put(part.header().part(), part);
        }
        Map<Long, List<EpochPart>> parts = new TreeMap<>();
        epochs.forEach((epoch, byPart) -> parts.put(epoch, List.copyOf(byPart.values())));
        return parts;
    }

    /** Epochs of which every part is on chain. */
    Set<Long> settledEpochs() {
        Map<Long, Long> partsSettled = new HashMap<>();
        for (Settlement settlement : chain.settlements()) {
            partsSettled.merge(settlement.part().header().epoch(), 1L, Long::sum);
        }
        return chain.settlements().stream()
                .map(settlement -> settlement.part().header())
                .filter(header -> partsSettled.getOrDefault(header.epoch(), 0L) == header.parts())
                .map(EpochPart.Header::epoch)
                .collect(Collectors.toSet());
    }

    /** Ids of the requests whose charge lies in an epoch that is wholly on chain. */
    Set<String> settledRequests() {
        Set<Long> settled = settledEpochs();
        return kafka.receipts().stream()
                .filter(receipt -> settled.contains(receipt.epoch()))
                .map(receipt -> receipt.charge().requestId())
                .collect(Collectors.toSet());
    }

    Map<Long, List<Receipt>> receiptsByEpoch() {
        return kafka.receipts().stream()
                .collect(Collectors.groupingBy(Receipt::epoch, TreeMap::new, Collectors.toList()));
    }
}
