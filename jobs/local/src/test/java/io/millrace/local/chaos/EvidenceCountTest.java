package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class EvidenceCountTest {

    private static final String ONE = "0x" + "11".repeat(32);
    private static final String OTHER = "0x" + "22".repeat(32);

    private final EvidenceCount count = new EvidenceCount();

    @Test
    void found_eachChargeWithItsOwn_isWellWhicheverCameFirst() throws IOException {
        count.add(TopicRecords.evidence(ONE));
        count.add(TopicRecords.charge(ONE, 0, 5));
        count.add(TopicRecords.charge(OTHER, 0, 6));
        assertThat(count.missing()).as("of one that is on its way").isEqualTo(1);
        count.add(TopicRecords.evidence(OTHER));

        assertThat(count.found()).isEqualTo(new EvidenceCount.Found(2, 0, 0, 0));
        assertThat(count.found().ok()).isTrue();
    }

    @Test
    void found_oneLostAndOneDoubled_seesBoth() throws IOException {
        count.add(TopicRecords.charge(ONE, 0, 5));
        count.add(TopicRecords.evidence(ONE));
        count.add(TopicRecords.evidence(ONE));
        count.add(TopicRecords.charge(OTHER, 0, 6));

        assertThat(count.found()).isEqualTo(new EvidenceCount.Found(2, 1, 1, 0));
        assertThat(count.found().ok()).isFalse();
    }

    /** The transaction of its charge was aborted, and its own was not. */
    @Test
    void found_evidenceWithoutCharge_isNotWell() throws IOException {
        count.add(TopicRecords.evidence(ONE));
        count.add(TopicRecords.receipt());

        assertThat(count.found()).isEqualTo(new EvidenceCount.Found(0, 0, 0, 1));
        assertThat(count.found().ok()).isFalse();
    }
}
