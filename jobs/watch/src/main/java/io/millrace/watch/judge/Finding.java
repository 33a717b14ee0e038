package io.millrace.watch.judge;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.EpochPart;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.Fault;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.judge.Surroundings.Sealed;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong, or not shown, with what an epoch debits of one account, or credits to one too
 * little.
 */
public sealed interface Finding {

    /** The spending account that is debited; of {@link Underpaid} the earning account. */
    long account();

    /** In words, for whoever reads the log. */
    String why();

    /**
     * The tribunal will convict at once.
     *
     * @param evidence of a fault against the request, else null
     * @param other of a fault of a pair, else null
     * @param before part that debits the account for {@code other}, null if that is of the same
     *     epoch
     */
    record Provable(
            long account,
            Fault fault,
            ProvenLeaf leaf,
            @Nullable Evidence evidence,
            @Nullable Sealed other,
            @Nullable EpochPart before)
            implements Finding {

        public Provable {
            requireNonNull(fault, "fault is null");
            requireNonNull(leaf, "leaf is null");
        }

        @Override
        public String why() {
            return "%s at shard %d index %d (request %s)"
                    .formatted(
                            fault.onChain(),
                            leaf.leaf().shard(),
                            leaf.leaf().index(),
                            leaf.leaf().requestId());
        }
    }

    /**
     * The account's leaves are to be shown.
     *
     * @param demandedNano over all parts of the epoch
     * @param shownNano what the visible receipts come to
     * @param whole whether the visible receipts are all that the epoch has
     */
    record Unaccounted(long account, BigInteger demandedNano, BigInteger shownNano, boolean whole)
            implements Finding {

        public Unaccounted {
            requireNonNull(demandedNano, "demandedNano is null");
            requireNonNull(shownNano, "shownNano is null");
        }

        @Override
        public String why() {
            return "%s nano-USD are debited, %s receipts come to %s"
                    .formatted(demandedNano, whole ? "the" : "the visible", shownNano);
        }
    }

    /**
     * The words credit an earning account with less than the leaves do: the tribunal will convict
     * at once.
     *
     * @param earnedNano by all of its leaves
     * @param shownNano by those that are shown: for so much it is compensated
     * @param leaves by which it shows, in the order of their places
     */
    record Underpaid(
            long account,
            BigInteger earnedNano,
            BigInteger shownNano,
            BigInteger creditedNano,
            List<ProvenLeaf> leaves)
            implements Finding {

        public Underpaid {
            requireNonNull(earnedNano, "earnedNano is null");
            requireNonNull(shownNano, "shownNano is null");
            requireNonNull(creditedNano, "creditedNano is null");
            leaves = List.copyOf(leaves);
        }

        @Override
        public String why() {
            return "earned %s nano-USD, %s of which %d leaves show, and is credited with %s"
                    .formatted(earnedNano, shownNano, leaves.size(), creditedNano);
        }
    }

    /** What lies behind one leaf is to be shown. */
    record Unsupported(long account, Place at, BigInteger debitNano, String why)
            implements Finding {

        public Unsupported {
            requireNonNull(at, "at is null");
            requireNonNull(debitNano, "debitNano is null");
            requireNonNull(why, "why is null");
        }
    }
}
