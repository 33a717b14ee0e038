package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.EpochPart.Release;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.WithdrawalHistory.End;
import io.millrace.audit.WithdrawalHistory.Withdrawal;
import io.millrace.audit.WithdrawalHistory.WithdrawalId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What owners ask back is released by the first epoch that has heard of it, once, and whole but for
 * what they have spent (M7).
 */
final class WithdrawalChecks {

    private final Evidence evidence;
    private final Findings unasked = new Findings();
    private final WithdrawalHistory history;
    private final Map<WithdrawalId, Sealing> sealed = new LinkedHashMap<>();
    private int releases;

    /** A release and the epoch that it is in. */
    private record Sealing(Header header, Release release) {}

    WithdrawalChecks(Evidence evidence) {
        this.evidence = evidence;
        history = new WithdrawalHistory(evidence.chain(), unasked);
        for (List<EpochPart> parts : evidence.epochs().values()) {
            parts.forEach(this::readReleases);
        }
    }

    List<Check> all() {
        return List.of(answered(), requested(), whole());
    }

    private void readReleases(EpochPart part) {
        for (Release release : part.released()) {
            releases++;
            Sealing earlier =
                    sealed.putIfAbsent(
                            WithdrawalId.of(release), new Sealing(part.header(), release));
            if (earlier != null) {
                unasked.add(
                        "%s releases %s, epoch %d did"
                                .formatted(part.name(), release, earlier.header().epoch()));
            }
        }
    }

    private Check answered() {
        Findings findings = new Findings();
        TreeMap<Long, Header> firstByBlock = new TreeMap<>();
        for (List<EpochPart> parts : evidence.epochs().values()) {
            for (EpochPart part : parts) {
                firstByBlock.putIfAbsent(part.header().l2Block(), part.header());
            }
        }
        int open = 0;
        int escaped = 0;
        for (Withdrawal withdrawal : history.all()) {
            Map.Entry<Long, Header> due = firstByBlock.ceilingEntry(withdrawal.asked().block());
            escaped += withdrawal.end() == End.ESCAPED ? 1 : 0;
            open += withdrawal.end() == End.OPEN ? 1 : 0;
            if (withdrawal.end() == End.ESCAPED) {
                continue;
            }
            String why = due == null ? "" : unheard(withdrawal, due.getValue());
            if (why.isEmpty() && withdrawal.end() == End.OPEN) {
                why = overdue(withdrawal.asked());
            }
            if (!why.isEmpty()) {
                findings.add(
                        "%s, %s nano-USD asked for in block %d, %s"
                                .formatted(
                                        withdrawal.id(),
                                        withdrawal.asked().amountNano(),
                                        withdrawal.asked().block(),
                                        why));
            }
        }
        return findings.check(
                "withdrawals-answered",
                "%d asked for: %d released, %d left by the hatch, %d in time"
                        .formatted(
                                history.all().size(),
                                history.all().size() - escaped - open,
                                escaped,
                                open));
    }

    /**
     * A cut takes every release it has heard of, so the first epoch of a cut behind the block has
     * it, or an epoch of the same cut.
     */
    private String unheard(Withdrawal withdrawal, Header due) {
        Sealing sealing = sealed.get(withdrawal.id());
        if (sealing == null) {
            return "is in no epoch, and epoch %d reflects block %d"
                    .formatted(due.epoch(), due.l2Block());
        }
        boolean late =
                sealing.header().epoch() > due.epoch()
                        && !sealing.header().cutDigest().equals(due.cutDigest());
        return late
                ? "is released by epoch %d only, epoch %d reflects block %d"
                        .formatted(sealing.header().epoch(), due.epoch(), due.l2Block())
                : "";
    }

    private String overdue(Asked asked) {
        ChainBooks chain = evidence.chain();
        long seconds = chain.seconds() - asked.seconds();
        return evidence.requireSettled() || seconds >= chain.escapeAfterSeconds()
                ? "is open after " + seconds + " s"
                : "";
    }

    private Check requested() {
        for (Sealing sealing : sealed.values()) {
            Release release = sealing.release();
            Withdrawal withdrawal = history.get(WithdrawalId.of(release));
            if (withdrawal == null && !mayBeNewer(sealing)) {
                unasked.add(
                        "epoch %d releases %s, which nobody asked for"
                                .formatted(sealing.header().epoch(), release));
            } else if (withdrawal != null
                    && release.amountNano().compareTo(withdrawal.asked().amountNano()) > 0) {
                unasked.add(
                        "epoch %d releases %s, %s were asked for"
                                .formatted(
                                        sealing.header().epoch(),
                                        release,
                                        withdrawal.asked().amountNano()));
            }
        }
        return unasked.check(
                "releases-requested",
                "%d releases of %d withdrawals".formatted(releases, history.all().size()));
    }

    /** The epoch log was read after the chain: it may have heard more. */
    private boolean mayBeNewer(Sealing sealing) {
        Release release = sealing.release();
        return !evidence.requireSettled()
                && sealing.header().epoch() > evidence.chain().head().epoch()
                && release.request() > history.lastRequest(release.account());
    }

    private Check whole() {
        Findings findings = new Findings();
        Reasons reasons = null;
        int shortened = 0;
        for (Sealing sealing : sealed.values()) {
            Withdrawal withdrawal = history.get(WithdrawalId.of(sealing.release()));
            if (withdrawal == null) {
                continue;
            }
            BigInteger missing =
                    withdrawal.asked().amountNano().subtract(sealing.release().amountNano());
            boolean left = withdrawal.afterEscape() || withdrawal.end() == End.ESCAPED;
            if (missing.signum() <= 0 || left) {
                // Who left by the hatch has taken it, and may owe what was pending.
                continue;
            }
            shortened++;
            reasons = reasons == null ? new Reasons(evidence) : reasons;
            BigInteger reason = reasons.of(withdrawal, sealing.header().epoch());
            if (missing.compareTo(reason) > 0) {
                findings.add(
                        "epoch %d releases %s of %s asked for, and only %s were spent or reserved"
                                .formatted(
                                        sealing.header().epoch(),
                                        sealing.release(),
                                        withdrawal.asked().amountNano(),
                                        reason));
            }
        }
        return findings.check(
                "releases-whole",
                "%d releases, %d of them less than was asked for, by no more than was spent"
                        .formatted(releases, shortened));
    }

    /**
     * What admission may have held back from a withdrawal, at most: what the owner's requests
     * before the cut were charged and had not settled when it asked, and the signed limits of those
     * that had no charge yet.
     */
    private static final class Reasons {

        private final Map<Long, String> owners = new HashMap<>();
        private final Map<String, List<Request>> requests = new HashMap<>();
        private final Map<Position, Charge> charges;
        private final Map<Position, Long> sealedIn = new HashMap<>();
        private final Set<Position> rejected;
        private final Map<Long, SortedMap<String, Long>> cuts = new HashMap<>();

        Reasons(Evidence evidence) {
            KafkaBooks kafka = evidence.kafka();
            for (SpendingAccount account : evidence.chain().spending()) {
                owners.put(account.account(), account.owner());
            }
            for (Request request : kafka.requests()) {
                SignedRequest signed = request.signed();
                if (signed != null) {
                    requests.computeIfAbsent(signed.requester(), owner -> new ArrayList<>())
                            .add(request);
                }
            }
            charges =
                    kafka.charges().stream()
                            .collect(Collectors.toMap(Charge::at, charge -> charge, (a, b) -> a));
            rejected = kafka.rejections().stream().map(Rejection::at).collect(Collectors.toSet());
            for (Receipt receipt : kafka.receipts()) {
                sealedIn.put(receipt.charge().at(), receipt.epoch());
            }
            for (Sealed part : kafka.epochs()) {
                cuts.put(part.part().header().epoch(), part.positions());
            }
        }

        BigInteger of(Withdrawal withdrawal, long epoch) {
            BigInteger spent = withdrawal.debitedNano().negate();
            SortedMap<String, Long> cut = cuts.get(epoch);
            String owner = owners.getOrDefault(withdrawal.asked().account(), "nobody");
            for (Request request : requests.getOrDefault(owner, List.of())) {
                Position at = request.at();
                if (cut != null && at.offset() < cut.getOrDefault(CutChecks.source(at), 0L)) {
                    spent = spent.add(held(request, withdrawal));
                }
            }
            return spent.max(BigInteger.ZERO);
        }

        private BigInteger held(Request request, Withdrawal withdrawal) {
            SignedRequest signed = request.signed();
            Charge charge = charges.get(request.at());
            if (charge != null && charge.answered()) {
                return charge.debitNano();
            }
            boolean over =
                    charge == null
                            ? rejected.contains(request.at())
                            : sealedBy(withdrawal.settledEpoch(), request.at());
            return over || signed == null ? BigInteger.ZERO : signed.maxFeeNano();
        }

        private boolean sealedBy(long epoch, Position at) {
            @Nullable Long in = sealedIn.get(at);
            return in != null && in <= epoch;
        }
    }
}
