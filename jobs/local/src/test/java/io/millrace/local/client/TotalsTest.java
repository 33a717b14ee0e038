package io.millrace.local.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.submit.SettlementRecord;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.settle.Receipt;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.testing.ChargeBuilder;
import java.io.IOException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class TotalsTest {

    /** The demo would have ended with all charges sealed and some of the epochs not listed. */
    @Test
    void unsettledEpochs_receiptReadBeforeItsEpoch_counted() throws IOException {
        Totals totals = new Totals();
        add(totals, Topics.EPOCHS, SettledEpochTest.part(1, 0, 1, 100));
        add(totals, Topics.TRANSACTIONS, settled(1));
        assertThat(totals.unsettledEpochs()).isZero();

        add(
                totals,
                Topics.RECEIPTS,
                new Receipt(2, 9, 1, 0, EarnedBefore.NOTHING, ChargeBuilder.charge().build()));
        assertThat(totals.unsettledEpochs()).isEqualTo(1);

        add(totals, Topics.EPOCHS, SettledEpochTest.part(2, 0, 1, 100));
        assertThat(totals.unsettledEpochs()).isEqualTo(1);

        add(totals, Topics.TRANSACTIONS, settled(2));
        assertThat(totals.unsettledEpochs()).isZero();
        assertThat(totals.epochs()).extracting(SettledEpoch::epoch).containsExactly(1L, 2L);
    }

    private static void add(Totals totals, String topic, Object value) throws IOException {
        totals.add(new ConsumerRecord<>(topic, 0, 0, new byte[0], JsonCodec.encode(value)));
    }

    private static SettlementRecord settled(long epoch) {
        return SettledEpochTest.settled(SettledEpochTest.part(epoch, 0, 1, 100).header());
    }
}
