package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.EpochPart.Release;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Rows.RequestRows;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.WithdrawalHistory.Carried;
import io.millrace.audit.WithdrawalHistory.Withdrawal;
import io.millrace.audit.WithdrawalHistory.WithdrawalId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What admission may have held back from a withdrawal, at most: what the owner's requests before
 * the cut were charged and had not settled when it asked, and the signed limits of those that had
 * no charge yet. Holds one sum a shortened withdrawal; the requests stream by.
 */
final class WithdrawalReasons {

    private final Map<Long, String> owners = new HashMap<>();
    private final Map<WithdrawalId, BigInteger> heldBefore = new HashMap<>();
    private final Map<WithdrawalId, BigInteger> heldNow = new HashMap<>();
    private final Map<WithdrawalId, BigInteger> tied = new HashMap<>();
    private final Map<String, BigInteger> closedBefore;
    private final Map<String, BigInteger> closedNow = new HashMap<>();
    private final Map<String, List<Shortened>> shortened = new HashMap<>();
    private final Map<String, List<Withdrawal>> remembered = new HashMap<>();

    /** A release of less than was asked for. */
    private static final class Shortened {

        final Withdrawal withdrawal;
        final Release release;
        final long epoch;
        final @Nullable SortedMap<String, Long> cut;
        BigInteger spentNano;

        Shortened(Withdrawal withdrawal, Release release, EpochRows epoch, BigInteger spentNano) {
            this.withdrawal = withdrawal;
            this.release = release;
            this.epoch = epoch.epoch();
            this.cut = epoch.positions();
            this.spentNano = spentNano;
        }
    }

    WithdrawalReasons(AnchorState before, ChainBooks chain) {
        for (SpendingAccount account : chain.spending()) {
            owners.put(account.account(), account.owner());
        }
        closedBefore = before.closedDebits();
        for (Carried carried : before.withdrawals()) {
            heldBefore.put(carried.withdrawal().id(), carried.heldNano());
        }
    }

    void shortened(Withdrawal withdrawal, Release release, EpochRows epoch) {
        String owner = ownerOf(withdrawal);
        BigInteger spent =
                closedBefore
                        .getOrDefault(owner, BigInteger.ZERO)
                        .add(heldBefore.getOrDefault(withdrawal.id(), BigInteger.ZERO))
                        .add(tied.getOrDefault(withdrawal.id(), BigInteger.ZERO))
                        .subtract(withdrawal.debitedNano());
        shortened
                .computeIfAbsent(owner, one -> new ArrayList<>())
                .add(new Shortened(withdrawal, release, epoch, spent));
    }

    /** A release that the vault skips was on its way when {@code withdrawal} was asked for. */
    void tied(Withdrawal withdrawal, BigInteger amountNano, boolean closed) {
        tied.merge(withdrawal.id(), amountNano, BigInteger::add);
        if (closed) {
            heldNow.merge(withdrawal.id(), amountNano, BigInteger::add);
        }
    }

    /** Requests that close now may matter to {@code withdrawal} later. */
    void remember(Withdrawal withdrawal) {
        remembered.computeIfAbsent(ownerOf(withdrawal), one -> new ArrayList<>()).add(withdrawal);
    }

    void request(RequestRows rows, long closedEpoch) {
        Request request = rows.request();
        SignedRequest signed = request == null ? null : request.signed();
        if (signed == null) {
            return;
        }
        String source = CutChecks.source(rows.at());
        for (Shortened one : shortened.getOrDefault(signed.requester(), List.of())) {
            if (one.cut != null && rows.at().offset() < one.cut.getOrDefault(source, 0L)) {
                one.spentNano = one.spentNano.add(held(rows, signed, one.withdrawal));
            }
        }
        if (rows.isClosed(closedEpoch) && !rows.charges().isEmpty()) {
            if (rows.charges().get(0).answered()) {
                closedNow.merge(
                        signed.requester(), rows.charges().get(0).debitNano(), BigInteger::add);
            } else {
                for (Withdrawal one : remembered.getOrDefault(signed.requester(), List.of())) {
                    heldNow.merge(one.id(), held(rows, signed, one), BigInteger::add);
                }
            }
        }
    }

    Check check(Totals totals) {
        Findings findings = new Findings();
        for (List<Shortened> ofOwner : shortened.values()) {
            for (Shortened one : ofOwner) {
                BigInteger asked = one.withdrawal.asked().amountNano();
                BigInteger reason = one.spentNano.max(BigInteger.ZERO);
                if (asked.subtract(one.release.amountNano()).compareTo(reason) > 0) {
                    findings.add(
                            "epoch %d releases %s of %s asked for, and only %s were spent or %s"
                                    .formatted(one.epoch, one.release, asked, reason, "reserved"));
                }
            }
        }
        return findings.check(
                "releases-whole",
                "%d releases, %d of them less than was asked for, by no more than was spent"
                        .formatted(totals.of(Total.RELEASES), totals.of(Total.SHORTENED)));
    }

    /** What closed requests were charged, by requester, since the beginning. */
    Map<String, BigInteger> closedDebits() {
        Map<String, BigInteger> all = new HashMap<>(closedBefore);
        closedNow.forEach((owner, debit) -> all.merge(owner, debit, BigInteger::add));
        return all;
    }

    BigInteger closedHeld(WithdrawalId id) {
        return heldBefore
                .getOrDefault(id, BigInteger.ZERO)
                .add(heldNow.getOrDefault(id, BigInteger.ZERO));
    }

    private String ownerOf(Withdrawal withdrawal) {
        return owners.getOrDefault(withdrawal.asked().account(), "nobody");
    }

    private static BigInteger held(RequestRows rows, SignedRequest signed, Withdrawal withdrawal) {
        Charge charge = rows.charges().isEmpty() ? null : rows.charges().get(0);
        if (charge != null && charge.answered()) {
            return charge.debitNano();
        }
        boolean over =
                charge == null
                        ? rows.rejections() > 0
                        : rows.sealedIn() > 0 && rows.sealedIn() <= withdrawal.settledEpoch();
        return over ? BigInteger.ZERO : signed.maxFeeNano();
    }
}
