package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.EventFields;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.EpochPart.Header;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The headers form one chain, on the L2 and in the epoch log, and it is the same one (M5). */
final class HeaderChecks {

    private static final Header NONE =
            new Header(
                    MerkleSum.EMPTY.hash(),
                    0,
                    0,
                    1,
                    MerkleSum.EMPTY.hash(),
                    BigInteger.ZERO,
                    0,
                    BigInteger.ZERO,
                    MerkleSum.EMPTY.hash(),
                    MerkleSum.EMPTY.hash(),
                    0);

    private final Evidence evidence;
    private final TypedHashes hashes;

    HeaderChecks(Evidence evidence) {
        this.evidence = evidence;
        hashes = evidence.hashes();
    }

    List<Check> all() {
        return List.of(log(), chain());
    }

    /** The log names each part once, in one chain, and all that is settled is in it. */
    private Check log() {
        Findings findings = new Findings();
        List<EpochPart> logged =
                evidence.kafka().epochs().stream()
                        .map(KafkaBooks.Sealed::part)
                        .distinct()
                        .sorted(
                                Comparator.comparing((EpochPart part) -> part.header().epoch())
                                        .thenComparing(part -> part.header().part()))
                        .toList();
        Map<String, EpochPart> byHash = new HashMap<>();
        Links links = new Links(findings, "epoch log");
        for (EpochPart part : logged) {
            links.next(part, hashes.header(part.header()));
            byHash.put(hashes.header(part.header()), part);
        }
        links.end();
        int settled = 0;
        for (Settlement settlement : evidence.chain().settlements()) {
            if (byHash.containsKey(settlement.hash())) {
                settled++;
            } else {
                findings.add(
                        "%s is settled as %s, which the epoch log does not have"
                                .formatted(settlement.part().name(), settlement.hash()));
            }
        }
        return findings.check(
                "epoch-log",
                "%d parts sealed, %d of them settled".formatted(logged.size(), settled));
    }

    /** Each hash from its fields, each link, and the vault's own head. */
    private Check chain() {
        Findings findings = new Findings();
        Links links = new Links(findings, "vault");
        for (Settlement settlement : evidence.chain().settlements()) {
            String hash = hashes.header(settlement.part().header());
            if (!hash.equals(settlement.hash())) {
                findings.add(
                        "%s is settled as %s, its fields give %s"
                                .formatted(settlement.part().name(), settlement.hash(), hash));
            }
            if (!eventFields(settlement.part().header()).equals(settlement.event())) {
                findings.add(
                        "%s was given to settle as %s, its event says %s"
                                .formatted(
                                        settlement.part().name(),
                                        eventFields(settlement.part().header()),
                                        settlement.event()));
            }
            links.next(settlement.part(), hash);
        }
        if (evidence.requireSettled()) {
            links.end();
        }
        Head head = evidence.chain().head();
        Head due = links.head();
        if (!head.equals(due)) {
            findings.add("the vault's head is " + head + ", its events lead to " + due);
        }
        return findings.check(
                "header-chain",
                "%d headers recomputed and linked, head %s"
                        .formatted(evidence.chain().settlements().size(), head.hash()));
    }

    private static EventFields eventFields(Header header) {
        return new EventFields(
                header.epoch(),
                header.part(),
                header.parts(),
                header.receiptsRoot(),
                header.receiptsSumNano(),
                header.receiptsCount(),
                header.partSumNano());
    }

    /** Follows headers one by one, as the vault must. */
    private static final class Links {

        private final Findings findings;
        private final String where;
        private Header last = NONE;
        private String lastHash = MerkleSum.EMPTY.hash();
        private BigInteger epochSumNano = BigInteger.ZERO;

        Links(Findings findings, String where) {
            this.findings = findings;
            this.where = where;
        }

        void next(EpochPart part, String hash) {
            Header header = part.header();
            boolean begins = last.part() + 1 == last.parts();
            long epoch = begins ? last.epoch() + 1 : last.epoch();
            long partDue = begins ? 0 : last.part() + 1;
            if (header.epoch() != epoch || header.part() != partDue) {
                findings.add(
                        "%s: %s comes where epoch %d part %d is due"
                                .formatted(where, part.name(), epoch, partDue));
            }
            if (!header.previousHeader().equals(lastHash)) {
                findings.add(
                        "%s: %s names previous header %s, that is %s"
                                .formatted(where, part.name(), header.previousHeader(), lastHash));
            }
            if (begins) {
                end();
                epochSumNano = BigInteger.ZERO;
            } else if (!commitment(header).equals(commitment(last))) {
                findings.add(
                        "%s: %s commits to %s, part 0 to %s"
                                .formatted(
                                        where, part.name(), commitment(header), commitment(last)));
            }
            if (!TypedHashes.words(part).equals(header.wordsHash())) {
                findings.add(
                        "%s: %s names words %s, they hash to %s"
                                .formatted(
                                        where,
                                        part.name(),
                                        header.wordsHash(),
                                        TypedHashes.words(part)));
            }
            epochSumNano = epochSumNano.add(header.partSumNano());
            last = header;
            lastHash = hash;
        }

        /** The epoch that stands last must be whole. */
        void end() {
            if (last.part() + 1 != last.parts() || !epochSumNano.equals(last.receiptsSumNano())) {
                findings.add(
                        "%s: epoch %d ends after part %d of %d with %s of %s nano-USD"
                                .formatted(
                                        where,
                                        last.epoch(),
                                        last.part() + 1,
                                        last.parts(),
                                        epochSumNano,
                                        last.receiptsSumNano()));
            }
        }

        Head head() {
            return new Head(lastHash, last.epoch(), last.part(), last.parts());
        }

        private static List<Object> commitment(Header header) {
            return List.of(
                    header.receiptsRoot(),
                    header.receiptsSumNano(),
                    header.receiptsCount(),
                    header.parts());
        }
    }
}
