package io.millrace.audit;

import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.evidence.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What all topics and the chain say of one thing, brought together by {@link RowStore}. */
final class Rows {

    private Rows() {}

    /**
     * What all topics say of one position of the request topic.
     *
     * @param request null if there is none
     * @param rejections how many name the position
     * @param charges that name it
     * @param sealedIn the epoch whose receipt names it, 0 if none
     */
    record RequestRows(
            Position at,
            @Nullable Request request,
            int rejections,
            List<Charge> charges,
            long sealedIn) {

        /**
         * Whether nothing can happen to it any more, if epochs up to {@code closedEpoch} are whole.
         */
        boolean isClosed(long closedEpoch) {
            return charges.isEmpty() ? rejections > 0 : sealedIn > 0 && sealedIn <= closedEpoch;
        }
    }

    /**
     * What all topics say of one request id.
     *
     * @param chargedBefore whether it was charged and settled before the anchor
     * @param awaited whether a readable request with this id has no end yet
     */
    record IdRows(
            String requestId,
            boolean chargedBefore,
            List<Charge> charges,
            List<Result> results,
            List<Receipt> receipts,
            List<Evidence> evidence,
            boolean awaited) {

        /** The newest, null if there is none. */
        @Nullable Charge charge() {
            return charges.isEmpty() ? null : charges.get(charges.size() - 1);
        }

        /** Whether a receipt lies in an epoch up to {@code closedEpoch}. */
        boolean isClosed(long closedEpoch) {
            return receipts.stream().anyMatch(receipt -> receipt.epoch() <= closedEpoch);
        }
    }

    /**
     * What log and chain say of one epoch.
     *
     * @param logged in order of their part
     * @param settled in order of their part
     */
    record EpochRows(long epoch, List<Sealed> logged, List<Settled> settled) {

        /**
         * A part that is on chain.
         *
         * @param hash of its header, as the event names it
         */
        record Settled(String hash, EpochPart part) {}

        /** What the log says, each once. */
        List<EpochPart> loggedParts() {
            return logged.stream().map(Sealed::part).distinct().toList();
        }

        /** The parts in their order: as settled if on chain, else as the epoch log has it. */
        List<EpochPart> parts() {
            SortedMap<Long, EpochPart> parts = new TreeMap<>();
            logged.forEach(one -> parts.put(one.part().header().part(), one.part()));
            settled.forEach(one -> parts.put(one.part().header().part(), one.part()));
            return new ArrayList<>(parts.values());
        }

        /** Whether every part is on chain. */
        boolean isSettled() {
            return settled.stream().anyMatch(one -> one.part().header().parts() == settled.size());
        }

        /**
         * How far each source had been read at the cut, null if the log does not have the epoch.
         */
        @Nullable SortedMap<String, Long> positions() {
            return logged.isEmpty() ? null : logged.get(logged.size() - 1).positions();
        }
    }
}
