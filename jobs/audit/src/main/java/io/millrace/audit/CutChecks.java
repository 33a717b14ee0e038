package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Totals.Total;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Hash;

/** Every epoch is a cut: what it charges was read before the positions that its header digests. */
final class CutChecks {

    private static final String VAULT = "vault";

    private final Findings findings = new Findings();
    private @Nullable SortedMap<String, Long> positions;

    /** Before the receipts of {@code epoch}. */
    void epoch(EpochRows epoch) {
        positions = epoch.positions();
        for (Sealed sealed : epoch.logged()) {
            Header header = sealed.part().header();
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
    }

    /** Of the epoch that was named last. */
    void receipt(Receipt receipt) {
        Position at = receipt.charge().at();
        long next = positions == null ? 0 : positions.getOrDefault(source(at), 0L);
        if (at.offset() >= next) {
            findings.add(
                    "epoch %d charges %s, its cut is at %d".formatted(receipt.epoch(), at, next));
        }
    }

    Check cuts(Totals totals) {
        return findings.check(
                "epoch-cuts",
                "%d cuts digested, %d receipts lie before them"
                        .formatted(totals.of(Total.EPOCHS), totals.of(Total.RECEIPTS)));
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
