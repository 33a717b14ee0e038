package io.millrace.audit;

import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.hash.MerkleSum;
import java.math.BigInteger;
import java.util.List;

/** Follows headers one by one, as the vault must. */
final class HeaderLinks {

    static final Link BEGINNING =
            new Link(
                    new Header(
                            MerkleSum.EMPTY.hash(),
                            0,
                            0,
                            1,
                            MerkleSum.EMPTY.hash(),
                            BigInteger.ZERO,
                            0,
                            0,
                            BigInteger.ZERO,
                            MerkleSum.EMPTY.hash(),
                            MerkleSum.EMPTY.hash(),
                            0),
                    MerkleSum.EMPTY.hash(),
                    BigInteger.ZERO);

    /**
     * The last header so far.
     *
     * @param epochSumNano what the parts of its epoch up to it add up to
     */
    record Link(Header header, String hash, BigInteger epochSumNano) {

        Head head() {
            return new Head(hash, header.epoch(), header.part(), header.parts());
        }
    }

    private final Findings findings;
    private final String where;
    private Link last;

    HeaderLinks(Findings findings, String where, Link last) {
        this.findings = findings;
        this.where = where;
        this.last = last;
    }

    void next(EpochPart part, String hash) {
        Header header = part.header();
        Header before = last.header();
        boolean begins = before.part() + 1 == before.parts();
        long epoch = begins ? before.epoch() + 1 : before.epoch();
        long partDue = begins ? 0 : before.part() + 1;
        if (header.epoch() != epoch || header.part() != partDue) {
            findings.add(
                    "%s: %s comes where epoch %d part %d is due"
                            .formatted(where, part.name(), epoch, partDue));
        }
        if (!header.previousHeader().equals(last.hash())) {
            findings.add(
                    "%s: %s names previous header %s, that is %s"
                            .formatted(where, part.name(), header.previousHeader(), last.hash()));
        }
        BigInteger sum = last.epochSumNano();
        if (begins) {
            end();
            sum = BigInteger.ZERO;
        } else if (!commitment(header).equals(commitment(before))) {
            findings.add(
                    "%s: %s commits to %s, part 0 to %s"
                            .formatted(where, part.name(), commitment(header), commitment(before)));
        }
        String words = TypedHashes.words(part);
        if (!words.equals(header.wordsHash())) {
            findings.add(
                    "%s: %s names words %s, they hash to %s"
                            .formatted(where, part.name(), header.wordsHash(), words));
        }
        last = new Link(header, hash, sum.add(header.partSumNano()));
    }

    /** The epoch that stands last has no more parts, and what they add up to is its sum. */
    void cutShort() {
        Header header = last.header();
        Header cut =
                new Header(
                        header.previousHeader(),
                        header.epoch(),
                        header.part(),
                        header.part() + 1,
                        header.receiptsRoot(),
                        last.epochSumNano(),
                        header.receiptsCount(),
                        header.levels(),
                        header.partSumNano(),
                        header.wordsHash(),
                        header.cutDigest(),
                        header.l2Block());
        last = new Link(cut, last.hash(), last.epochSumNano());
    }

    /** The epoch that stands last must be whole. */
    void end() {
        Header header = last.header();
        if (header.part() + 1 != header.parts()
                || !last.epochSumNano().equals(header.receiptsSumNano())) {
            findings.add(
                    "%s: epoch %d ends after part %d of %d with %s of %s nano-USD"
                            .formatted(
                                    where,
                                    header.epoch(),
                                    header.part() + 1,
                                    header.parts(),
                                    last.epochSumNano(),
                                    header.receiptsSumNano()));
        }
    }

    Link last() {
        return last;
    }

    private static List<Object> commitment(Header header) {
        return List.of(
                header.receiptsRoot(),
                header.receiptsSumNano(),
                header.receiptsCount(),
                header.levels(),
                header.parts(),
                header.cutDigest(),
                header.l2Block());
    }
}
