package io.millrace.job.recover;

import static io.millrace.job.recover.LedgerRun.DOMAIN;
import static io.millrace.job.recover.LedgerRun.OPTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.SealedPart.ShardCut;
import io.millrace.meter.Charge;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.ShardCutter;
import io.millrace.settle.ShardRoot;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SealedChargesTest {

    private static final int SHARD = 1;
    private static final int CUT = 7;

    private final SealedCharges sealed = new SealedCharges(new ReceiptLeaf(DOMAIN));
    private final Map<Integer, Long> debits = new HashMap<>();
    private int account;

    /** Once the recovery of a grown ledger died of its stack, and never ended. */
    @Test
    void find_fiftyThousandAccountsInAShard_findsAll() {
        List<Charge> charges = new ArrayList<>();
        for (int requester = 0; requester < 50_000; requester++) {
            nextAccount();
            charges.add(charge(1, 100));
        }
        assertThat(sealed.find(cut(charges), shuffled(charges), debits, 1)).contains(charges);
    }

    /** What debits leave open: how many charges of nothing each account gave. */
    @Test
    void find_chargesOfNothingAtTheEnds_guessesHowManyOfEachAccount() {
        List<Charge> charges = new ArrayList<>();
        List<Charge> pool = new ArrayList<>();
        for (int requester = 0; requester < 4; requester++) {
            nextAccount();
            charges.addAll(List.of(charge(1, 100), charge(2, 0)));
            pool.addAll(List.of(charge(3, 0), charge(4, 50)));
        }
        pool.addAll(charges);
        debits.replaceAll((requester, nano) -> 100L);
        ShardCut cut = cut(charges);
        assertThat(sealed.find(cut, shuffled(pool), debits, SealedCharges.MAX_GUESSES))
                .contains(charges);
        assertThat(sealed.find(cut, shuffled(pool), debits, 1))
                .as("after one guess, the most of the first accounts")
                .isEmpty();
        debits.replaceAll((requester, nano) -> 99L);
        assertThat(sealed.find(cut, shuffled(pool), debits, SealedCharges.MAX_GUESSES))
                .as("of debits that no charges add up to")
                .isEmpty();
    }

    private void nextAccount() {
        do {
            account++;
        } while (OPTIONS.shardOf(account) != SHARD);
    }

    private Charge charge(long sequence, long debitNano) {
        debits.merge(account, debitNano, Math::addExact);
        return ChargeBuilder.charge()
                .id(Hex.encode(Keccak.hashUtf8(account + "/" + sequence)))
                .requester(account, "0x%040x".formatted(account))
                .sequence(sequence)
                .amounts(debitNano, 0)
                .build();
    }

    private static ShardCut cut(List<Charge> charges) {
        ShardRoot root =
                new ShardCutter(OPTIONS, new ReceiptLeaf(DOMAIN))
                        .cut(CUT, SHARD, charges, List.of())
                        .root();
        return new ShardCut(SHARD, CUT, root.root(), root.sumNano(), root.receipts());
    }

    private static List<Charge> shuffled(List<Charge> charges) {
        List<Charge> shuffled = new ArrayList<>(charges);
        Collections.shuffle(shuffled, new Random(3));
        return shuffled;
    }
}
