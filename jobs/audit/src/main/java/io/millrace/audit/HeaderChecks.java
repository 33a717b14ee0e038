package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.EventFields;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.Voided;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.HeaderLinks.Link;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Totals.Total;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The headers form one chain, on the L2 and in the epoch log, and it is the same one (M5). */
final class HeaderChecks {

    private final TypedHashes hashes;
    private final Totals totals;
    private final Findings ofLog = new Findings();
    private final Findings ofChain = new Findings();
    private final HeaderLinks log;
    private final HeaderLinks chain;
    private Link closedLog;

    HeaderChecks(AnchorState before, TypedHashes hashes, Totals totals) {
        this.hashes = hashes;
        this.totals = totals;
        log = new HeaderLinks(ofLog, "epoch log", before.logLink());
        chain = new HeaderLinks(ofChain, "vault", before.chainLink());
        closedLog = before.logLink();
    }

    /** Each hash from its fields, each link. In the order of the chain. */
    void settled(Settlement settlement) {
        totals.count(Total.SETTLEMENTS);
        EpochPart part = settlement.part();
        String hash = hashes.header(part.header());
        if (!hash.equals(settlement.hash())) {
            ofChain.add(
                    "%s is settled as %s, its fields give %s"
                            .formatted(part.name(), settlement.hash(), hash));
        }
        if (!eventFields(part.header()).equals(settlement.event())) {
            ofChain.add(
                    "%s was given to settle as %s, its event says %s"
                            .formatted(
                                    part.name(), eventFields(part.header()), settlement.event()));
        }
        chain.next(part, hash);
    }

    /** What was sealed is not all settled, and never will be: no books are right after that. */
    void voided(Voided voided) {
        ofChain.add(
                ("a settler has ended epoch %d after part %d of %d: %s nano-USD of it are settled"
                                + " and the rest is void")
                        .formatted(
                                voided.epoch(),
                                voided.part() + 1,
                                voided.parts(),
                                voided.settledNano()));
        chain.cutShort();
    }

    /** The log names each part once, in one chain, and all that is settled is in it. */
    void epoch(EpochRows epoch, boolean closed) {
        Set<String> logged = new HashSet<>();
        List<EpochPart> parts = epoch.loggedParts();
        for (EpochPart part : parts) {
            String hash = hashes.header(part.header());
            log.next(part, hash);
            logged.add(hash);
        }
        totals.add(Total.LOGGED, BigInteger.valueOf(parts.size()), closed);
        for (EpochRows.Settled settled : epoch.settled()) {
            if (!logged.contains(settled.hash())) {
                ofLog.add(
                        "%s is settled as %s, which the epoch log does not have"
                                .formatted(settled.part().name(), settled.hash()));
            }
        }
        if (closed) {
            closedLog = log.last();
        }
    }

    List<Check> all(Head head, boolean requireSettled) {
        log.end();
        if (requireSettled) {
            chain.end();
        }
        Head due = chain.last().head();
        if (!head.equals(due)) {
            ofChain.add("the vault's head is " + head + ", its events lead to " + due);
        }
        return List.of(
                ofLog.check(
                        "epoch-log",
                        "%d parts sealed, %d of them settled"
                                .formatted(totals.of(Total.LOGGED), totals.of(Total.SETTLEMENTS))),
                ofChain.check(
                        "header-chain",
                        "%d headers recomputed and linked, head %s"
                                .formatted(totals.of(Total.SETTLEMENTS), head.hash())));
    }

    Link chainLink() {
        return chain.last();
    }

    /** Of the last closed epoch. */
    Link closedLogLink() {
        return closedLog;
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
}
