package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

/** Transactions that an earlier run has left, as a restored committer gets them. */
class LossRefusingCommitterTest {

    private static final String ID = "millrace-money-0-1";

    private final List<String> fenced = new ArrayList<>();
    private final Answered request = new Answered();

    /**
     * Its id was taken again by a checkpoint that never completed. What that left open would hide
     * the newest marks from the guard, so that the job could not start until it is too old.
     */
    @Test
    void commit_restoredAndFenced_endsWhatIsOpenOfItsId() throws Exception {
        commit(each -> each.signalFailedWithKnownReason(new ProducerFencedException("taken")));
        assertThat(fenced).containsExactly(ID);
        assertThat(request.known).hasSize(1);
    }

    /** A savepoint that waited longer than the brokers remember ids could never be started. */
    @Test
    void commit_restoredAndItsIdForgotten_isLeftToTheMarks() throws Exception {
        commit(
                each ->
                        each.signalFailedWithUnknownReason(
                                new InvalidPidMappingException("forgotten")));
        assertThat(request.known).hasSize(1);
        assertThat(fenced).isEmpty();
    }

    @Test
    void commit_restoredAndFailedOtherwise_failsTheTask() {
        assertThatThrownBy(
                        () ->
                                commit(
                                        each ->
                                                each.signalFailedWithUnknownReason(
                                                        new IOException("no broker"))))
                .hasStackTraceContaining("no broker");
        assertThat(request.known).isEmpty();
    }

    private void commit(Consumer<CommitRequest<KafkaCommittable>> answer) throws Exception {
        Committer<KafkaCommittable> inside =
                new Committer<>() {
                    @Override
                    public void commit(Collection<CommitRequest<KafkaCommittable>> requests) {
                        requests.forEach(answer);
                    }

                    @Override
                    public void close() {
                        // it has nothing
                    }
                };
        new LossRefusingCommitter(inside, "money", fenced::add).commit(List.of(request));
    }

    /** What the committer says of a transaction without a producer of this run. */
    private static final class Answered implements CommitRequest<KafkaCommittable> {

        private final List<Throwable> known = new ArrayList<>();

        @Override
        public KafkaCommittable getCommittable() {
            return new KafkaCommittable(7, (short) 3, ID, null);
        }

        @Override
        public int getNumberOfRetries() {
            return 0;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable reason) {
            known.add(reason);
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable reason) {
            throw new IllegalStateException(reason);
        }

        @Override
        public void retryLater() {
            throw new IllegalStateException("nothing to try again");
        }

        @Override
        public void updateAndRetryLater(KafkaCommittable committable) {
            throw new IllegalStateException("nothing to try again");
        }

        @Override
        public void signalAlreadyCommitted() {
            throw new IllegalStateException("nobody knows that");
        }
    }
}
