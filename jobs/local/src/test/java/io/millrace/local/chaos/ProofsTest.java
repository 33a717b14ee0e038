package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.settle.Receipt;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProofsTest {

    @Test
    void sample_ofMany_firstMiddleAndLast() {
        List<Receipt> all = receipts(101);

        assertThat(Proofs.sampleOf(all)).containsExactly(all.get(0), all.get(50), all.get(100));
    }

    @Test
    void sample_ofFew_eachOnce() {
        assertThat(Proofs.sampleOf(receipts(2))).containsExactlyElementsOf(receipts(2));
        assertThat(Proofs.sampleOf(receipts(1))).containsExactlyElementsOf(receipts(1));
        assertThat(Proofs.sampleOf(List.of())).isEmpty();
    }

    private static List<Receipt> receipts(int count) {
        return IntStream.range(0, count).mapToObj(TopicRecords::receiptOf).toList();
    }
}
