package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.PLACE;
import static io.millrace.testing.Fixtures.deposited;
import static io.millrace.testing.Fixtures.id;
import static io.millrace.testing.Fixtures.withdrawalRequested;
import static io.millrace.testing.RequestBuilder.request;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static io.millrace.testing.RestoringHarness.watermark;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.VaultEvent;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random lives of one account against a model of it that knows only sums. */
class AdmitPropertyTest {

    private static final int STEPS = 100;

    /** What must come out, told by the plainest bookkeeping. */
    private static final class Books {
        long depositedNano;
        long releasedNano;
        int withdrawal;
        long askedNano;
        long chargedNano;
        final Map<String, Long> open = new HashMap<>();
        final Map<String, Long> deadlines = new HashMap<>();
        final List<String> admitted = new ArrayList<>();
        final List<Long> releases = new ArrayList<>();
        final List<RejectReason> rejections = new ArrayList<>();
        long watermark;

        long availableNano() {
            long reservedNano = open.values().stream().mapToLong(Long::longValue).sum();
            return depositedNano - releasedNano - chargedNano - reservedNano;
        }

        /** Of the open withdrawal goes out what can; the first time even if that is nothing. */
        void release(boolean isFirst) {
            long amountNano = Math.min(askedNano, availableNano());
            askedNano -= amountNano;
            releasedNano += amountNano;
            if (isFirst || amountNano > 0) {
                releases.add(amountNano);
            }
        }

        void request(String name, long feeNano, long deadline) {
            if (open.containsKey(name) || (deadlines.containsKey(name) && deadline > watermark)) {
                rejections.add(RejectReason.DUPLICATE);
            } else if (deadline <= watermark) {
                rejections.add(RejectReason.EXPIRED);
            } else if (feeNano > availableNano()) {
                rejections.add(RejectReason.INSUFFICIENT_FUNDS);
            } else {
                admitted.add(name);
                open.put(name, feeNano);
                deadlines.put(name, deadline);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void admit_randomLife_neverPromisesMoreThanThereIsAndForgetsAll(long seed) {
        Random random = new Random(seed);
        Books books = new Books();
        List<RestoringHarness.Item<Candidate, FundsChange>> items = new ArrayList<>();
        books.depositedNano = 50;
        items.add(event(deposited(5, ALICE, 50)));
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    long amountNano = random.nextInt(20);
                    books.depositedNano += amountNano;
                    books.release(false);
                    items.add(event(deposited(5, ALICE, amountNano)));
                }
                case 1 -> {
                    if (books.askedNano > 0) {
                        items.add(
                                event(
                                        new VaultEvent.WithdrawalCancelled(
                                                PLACE,
                                                5,
                                                ALICE,
                                                books.withdrawal,
                                                books.askedNano)));
                    }
                    books.askedNano = 1L + random.nextInt(30);
                    items.add(
                            event(
                                    withdrawalRequested(
                                            5, ALICE, ++books.withdrawal, books.askedNano)));
                    books.release(true);
                }
                case 2 -> {
                    books.watermark += random.nextInt(12);
                    items.add(watermark(books.watermark));
                }
                case 3, 4 -> charge(random, books, items);
                default -> {
                    // Names repeat, and with them their deadlines and fees: replays, some of them
                    // late.
                    int number = Math.max(0, step / 2 - random.nextInt(40));
                    Candidate candidate = candidate("r" + number, number % 9, 6 + number * 2L);
                    books.request(
                            candidate.input(), candidate.feeNano(), candidate.deadlineMillis());
                    items.add(first(candidate));
                }
            }
            assertThat(books.availableNano()).as("seed %s: debt", seed).isNotNegative();
        }
        while (!books.open.isEmpty()) {
            charge(random, books, items);
        }
        items.add(watermark(Long.MAX_VALUE - 1));

        // A restore forgets the watermark, so a late request may be told EXPIRED only where its
        // memory was purged:
        // lives with restores are compared in the named tests.
        assertComesOut(books, items, Feeding.ALL_AT_ONCE, seed);
        assertComesOut(books, items, Feeding.ONE_BY_ONE, seed);
    }

    private static void assertComesOut(
            Books books,
            List<RestoringHarness.Item<Candidate, FundsChange>> items,
            Feeding feeding,
            long seed) {
        RestoringHarness.Run<Task> run =
                RestoringHarness.keyed(
                                new AdmitFunction(),
                                Candidate::requesterAddress,
                                FundsChange::requesterAddress,
                                Types.STRING)
                        .collecting(AdmitFunction.REJECTIONS, AdmitFunction.RELEASES)
                        .run(feeding, items);

        assertThat(run.main())
                .extracting(Task::input)
                .as("seed %s", seed)
                .isEqualTo(books.admitted);
        assertThat(run.side(AdmitFunction.REJECTIONS))
                .extracting(Rejection::reason)
                .as("seed %s", seed)
                .isEqualTo(books.rejections);
        assertThat(run.side(AdmitFunction.RELEASES))
                .extracting(Release::amountNano)
                .as("seed %s", seed)
                .isEqualTo(books.releases);
        assertThat(run.stateEntries()).as("seed %s: only the funds remain", seed).isEqualTo(1);
    }

    private static void charge(
            Random random, Books books, List<RestoringHarness.Item<Candidate, FundsChange>> items) {
        if (books.open.isEmpty()) {
            return;
        }
        List<String> names = books.open.keySet().stream().sorted().toList();
        String name = names.get(random.nextInt(names.size()));
        long debitNano = random.nextBoolean() ? books.open.getOrDefault(name, 0L) : 0;
        books.open.remove(name);
        books.chargedNano += debitNano;
        books.release(false);
        items.add(second(FundsChange.charged(ALICE, id(name), debitNano)));
    }

    private static RestoringHarness.Item<Candidate, FundsChange> event(VaultEvent event) {
        return second(FundsChange.of(event).orElseThrow());
    }

    private static Candidate candidate(String name, long feeNano, long deadline) {
        return request(name).input(name, 3).feeNano(feeNano).deadlineMillis(deadline).candidate();
    }
}
