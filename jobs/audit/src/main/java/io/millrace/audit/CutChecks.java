package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Sealed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.web3j.crypto.Hash;

/** Every epoch is a cut: what it charges was read before the positions that its header digests. */
final class CutChecks {

    private static final String VAULT = "vault";

    private final Evidence evidence;

    CutChecks(Evidence evidence) {
        this.evidence = evidence;
    }

    List<Check> all() {
        return List.of(cuts());
    }

    private Check cuts() {
        Findings findings = new Findings();
        Map<Long, SortedMap<String, Long>> byEpoch = new HashMap<>();
        for (Sealed sealed : evidence.kafka().epochs()) {
            Header header = sealed.part().header();
            byEpoch.put(header.epoch(), sealed.positions());
            String digest = digest(sealed.positions());
            if (!digest.equals(header.cutDigest())) {
                findings.add(
                        "%s digests its cut as %s, its positions give %s"
                                .formatted(sealed.part().name(), header.cutDigest(), digest));
            }
            long block = Math.max(0, sealed.positions().getOrDefault(VAULT, 0L) - 1);
            if (header.l2Block() != block) {
                findings.add(
                        "%s reflects blocks up to %d, its positions say %d"
                                .formatted(sealed.part().name(), header.l2Block(), block));
            }
        }
        for (Receipt receipt : evidence.kafka().receipts()) {
            SortedMap<String, Long> positions = byEpoch.get(receipt.epoch());
            Position at = receipt.charge().at();
            long next = positions == null ? 0 : positions.getOrDefault(source(at), 0L);
            if (at.offset() >= next) {
                findings.add(
                        "epoch %d charges %s, its cut is at %d"
                                .formatted(receipt.epoch(), at, next));
            }
        }
        return findings.check(
                "epoch-cuts",
                "%d cuts digested, %d receipts lie before them"
                        .formatted(byEpoch.size(), evidence.kafka().receipts().size()));
    }

    static String source(Position at) {
        return "requests-" + at.partition();
    }

    /** One line {@code source=next} for each source, in the order of their names. */
    static String digest(SortedMap<String, Long> positions) {
        StringBuilder lines = new StringBuilder();
        positions.forEach((source, next) -> lines.append(source + "=" + next + "\n"));
        return Hash.sha3String(lines.toString());
    }
}
