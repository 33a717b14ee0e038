package io.millrace.admit.hostile;

import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static io.millrace.testing.RestoringHarness.watermark;

import io.millrace.admit.Candidate;
import io.millrace.admit.FundsChange;
import io.millrace.admit.RejectReason;
import io.millrace.chain.VaultEvent;
import io.millrace.testing.Fixtures;
import io.millrace.testing.RestoringHarness;
import io.millrace.unit.Secp256k1;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What happens to admission while the requests arrive (deposits, withdrawals, charges, time), and
 * the plainest books of what must come of it: sums and sets, no state of requests.
 */
final class Admission {

    /** Money of one requester. */
    private static final class Purse {
        final int account;
        long inNano;
        long outNano;
        int withdrawal;
        long openNano;
        final Map<String, Long> reserved = new HashMap<>();

        Purse(int account) {
            this.account = account;
        }

        long availableNano() {
            return inNano - outNano - reserved.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private static final long RICH_NANO = 1_000_000_000_000L;

    private final Random random;
    private final Map<String, Purse> purses = new HashMap<>();
    private final List<String> owners = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final List<RestoringHarness.Item<Candidate, FundsChange>> items = new ArrayList<>();

    /** Tasks as {@code partition@offset account reservedNano}. */
    final List<String> tasks = new ArrayList<>();

    /** Refusals as {@code partition@offset code}. */
    final List<String> refusals = new ArrayList<>();

    /** Releases as {@code account amountNano}. */
    final List<String> releases = new ArrayList<>();

    Admission(long seed) {
        random = new Random(seed);
        for (int i = 0; i < World.FUNDED.size(); i++) {
            String owner = Secp256k1.address(World.FUNDED.get(i));
            owners.add(owner);
            purses.put(owner, new Purse(i + 1));
            deposit(owner, i < World.POOR ? 100L * i : RICH_NANO);
        }
        // All that a lane of the vault can hold.
        deposit(owners.get(owners.size() - 1), Long.MAX_VALUE - RICH_NANO);
    }

    /** {@code candidate}, of {@code request}, reaches admission. */
    void request(HostileRequest request, Candidate candidate) {
        Purse purse = purses.get(request.requester());
        items.add(first(candidate));
        String at = request.record().place() + " ";
        long feeNano = request.feeNano();
        if (purse == null) {
            refusals.add(at + RejectReason.UNKNOWN_ACCOUNT);
        } else if (seen.contains(request.requestId())) {
            refusals.add(at + RejectReason.DUPLICATE);
        } else if (feeNano > purse.availableNano()) {
            refusals.add(at + RejectReason.INSUFFICIENT_FUNDS);
        } else {
            seen.add(request.requestId());
            purse.reserved.put(request.requestId(), feeNano);
            tasks.add(at + purse.account + " " + feeNano);
        }
    }

    /** Something may happen before {@code next} arrives. */
    void advance(HostileRequest next, long watermarkMillis) {
        String owner = owners.get(random.nextInt(owners.size()));
        Purse poor = purses.get(next.requester());
        switch (random.nextInt(20)) {
            case 0 -> items.add(watermark(watermarkMillis));
            case 1 -> deposit(owners.get(random.nextInt(World.POOR)), random.nextInt(60));
            case 2 -> withdraw(owner, random.nextInt(50));
            case 3, 4, 5, 6, 7 -> charge(owner);
            case 8 -> {
                // Just enough for the next one, or one nano-USD short of it.
                if (poor != null && poor.account <= World.POOR) {
                    withdraw(next.requester(), Long.MAX_VALUE);
                    cancel(next.requester());
                    deposit(next.requester(), Math.max(0, next.feeNano() - random.nextInt(2)));
                }
            }
            case 9 ->
                    items.add(
                            second(
                                    FundsChange.charged(
                                            owner, Fixtures.id("never " + random.nextLong()), 1)));
            default -> {
                // nothing
            }
        }
    }

    /** All items; at their end everything is charged, withdrawn and forgotten. */
    List<RestoringHarness.Item<Candidate, FundsChange>> finish() {
        owners.forEach(owner -> withdraw(owner, Long.MAX_VALUE));
        for (String owner : owners) {
            while (!purse(owner).reserved.isEmpty()) {
                charge(owner);
            }
            withdraw(owner, Long.MAX_VALUE);
        }
        items.add(watermark(Long.MAX_VALUE - 1));
        return items;
    }

    private void deposit(String owner, long amountNano) {
        purse(owner).inNano += amountNano;
        items.add(event(Fixtures.deposited(purse(owner).account, owner, amountNano)));
        release(purse(owner), false);
    }

    private void withdraw(String owner, long askedNano) {
        cancel(owner);
        Purse purse = purse(owner);
        purse.withdrawal++;
        purse.openNano = askedNano;
        items.add(
                event(
                        Fixtures.withdrawalRequested(
                                purse.account, owner, purse.withdrawal, askedNano)));
        release(purse, true);
    }

    private void cancel(String owner) {
        Purse purse = purse(owner);
        if (purse.openNano > 0) {
            items.add(
                    event(
                            new VaultEvent.WithdrawalCancelled(
                                    Fixtures.PLACE,
                                    purse.account,
                                    owner,
                                    purse.withdrawal,
                                    purse.openNano)));
            purse.openNano = 0;
        }
    }

    /** Of what is open; the first time even if that is nothing. */
    private void release(Purse purse, boolean isFirst) {
        long releaseNano = Math.min(purse.openNano, purse.availableNano());
        if (isFirst || releaseNano > 0) {
            purse.openNano -= releaseNano;
            purse.outNano += releaseNano;
            releases.add(purse.account + " " + releaseNano);
        }
    }

    /** Some request in flight is charged its fee, or nothing because it failed. */
    private void charge(String owner) {
        Purse purse = purse(owner);
        if (purse.reserved.isEmpty()) {
            return;
        }
        List<String> open = purse.reserved.keySet().stream().sorted().toList();
        String requestId = open.get(random.nextInt(open.size()));
        long feeNano = purse.reserved.getOrDefault(requestId, 0L);
        long debitNano = random.nextBoolean() ? feeNano : 0;
        purse.reserved.remove(requestId);
        purse.outNano += debitNano;
        release(purse, false);
        items.add(second(FundsChange.charged(owner, requestId, debitNano)));
    }

    private static RestoringHarness.Item<Candidate, FundsChange> event(VaultEvent event) {
        return second(FundsChange.of(event).orElseThrow());
    }

    private Purse purse(String owner) {
        Purse purse = purses.get(owner);
        if (purse == null) {
            throw new IllegalArgumentException(owner + " has no purse");
        }
        return purse;
    }
}
