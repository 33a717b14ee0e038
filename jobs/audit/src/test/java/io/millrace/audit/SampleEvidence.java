package io.millrace.audit;

import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.evidence.EvidenceRange;
import io.millrace.audit.read.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A ledger out of lists. */
record SampleEvidence(
        List<String> defects,
        long newestMillis,
        List<Request> requests,
        List<Rejection> rejections,
        List<Charge> charges,
        List<Result> results,
        List<Sealed> epochs,
        List<Receipt> receipts,
        long evidenceSinceMillis,
        List<Evidence> evidence,
        ChainBooks books,
        List<Movement> movements,
        boolean requireSettled,
        BigInteger keysEndSeconds)
        implements Ledger {

    Books judge() {
        try {
            return Audit.judge(this, requireSettled, Audit.Settings.defaults(), Progress.silent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public TypedHashes hashes() {
        return new TypedHashes(books.chainId(), books.vault());
    }

    @Override
    public long firstBlock() {
        return 0;
    }

    @Override
    public Set<Integer> requestPartitions() {
        return requests.stream().map(one -> one.at().partition()).collect(Collectors.toSet());
    }

    @Override
    public ChainBooks chain(AnchorState before, Consumer<Movement> sink) {
        movements.forEach(sink);
        return books;
    }

    /** Owners sign for their accounts here, all until the same second. */
    @Override
    public BigInteger signsUntil(long account, String key) {
        return books.earning().stream()
                        .anyMatch(one -> one.account() == account && one.owner().equals(key))
                ? keysEndSeconds
                : BigInteger.ZERO;
    }

    @Override
    public Map<String, Long> topics(AnchorState before, KafkaBooks.Sink sink) {
        defects.forEach(sink::defect);
        sink.appended(0, newestMillis);
        requests.forEach(sink::request);
        rejections.forEach(sink::rejection);
        charges.forEach(sink::charge);
        results.forEach(sink::result);
        epochs.forEach(sink::sealed);
        receipts.forEach(sink::receipt);
        sink.evidenceRange(new EvidenceRange(evidenceSinceMillis, false, newestMillis));
        evidence.forEach(sink::evidence);
        return Map.of();
    }
}
