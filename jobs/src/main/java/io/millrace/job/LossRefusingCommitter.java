package io.millrace.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commits as another does, and throws where that one would only count what is lost. */
final class LossRefusingCommitter implements Committer<KafkaCommittable> {

    private static final Logger LOG = LoggerFactory.getLogger(LossRefusingCommitter.class);

    private final Committer<KafkaCommittable> committer;
    private final String name;
    private final Fence fence;

    LossRefusingCommitter(Committer<KafkaCommittable> committer, String name, Fence fence) {
        this.committer = committer;
        this.name = name;
        this.fence = fence;
    }

    /** Aborts what is open of a transactional id. */
    @FunctionalInterface
    interface Fence {
        void abort(String transactionalId) throws IOException;
    }

    /**
     * Commits each transaction that still can be.
     *
     * @throws IOException naming those of this run that cannot; the others have been committed
     */
    @Override
    public void commit(Collection<CommitRequest<KafkaCommittable>> requests)
            throws IOException, InterruptedException {
        List<IOException> lost = new ArrayList<>();
        List<String> leftOpen = new ArrayList<>();
        List<CommitRequest<KafkaCommittable>> watched = new ArrayList<>();
        for (CommitRequest<KafkaCommittable> request : requests) {
            watched.add(
                    ofThisRun(request)
                            ? new WatchedRequest(request, name, lost)
                            : new RestoredRequest(request, leftOpen));
        }
        committer.commit(watched);
        if (!leftOpen.isEmpty()) {
            LOG.info(
                    "{} transactions that sink {} was restored with had ended before, or cannot be"
                            + " committed any more; the marks in the log say which",
                    leftOpen.size(),
                    name);
        }
        for (String transactionalId : leftOpen) {
            fence.abort(transactionalId);
        }
        if (!lost.isEmpty()) {
            IOException first = lost.get(0);
            lost.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            committer.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IOException("the committer of sink %s does not close".formatted(name), e);
        }
    }

    /** One that was restored comes without the producer that has written it. */
    private static boolean ofThisRun(CommitRequest<KafkaCommittable> request) {
        return request.getCommittable().getProducer().isPresent();
    }

    /** Collects the failures that Flink calls known. */
    private static final class WatchedRequest extends ForwardingRequest {

        private final String name;
        private final List<IOException> lost;

        WatchedRequest(
                CommitRequest<KafkaCommittable> request, String name, List<IOException> lost) {
            super(request);
            this.name = name;
            this.lost = lost;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable reason) {
            lost.add(
                    new IOException(
                            """
                            the transaction %s of sink %s belongs to a completed checkpoint and can \
                            no longer be committed, so what it holds is not in the log; it was \
                            aborted because it grew older than kafka.transaction.timeout, or by \
                            another job with the same kafka.transaction.prefix; the state after it \
                            is refused at the next start, which says how to go on\
                            """
                                    .formatted(getCommittable().getTransactionalId(), name),
                            reason));
            super.signalFailedWithKnownReason(reason);
        }
    }

    /**
     * Of an earlier run, which has mostly committed it already: the marks say whether it has. Its
     * id may have been taken again since, by a checkpoint that never completed; whatever that left
     * open is ended here, for the writer leaves an id alone that its state calls prepared.
     */
    private static final class RestoredRequest extends ForwardingRequest {

        private final List<String> leftOpen;

        RestoredRequest(CommitRequest<KafkaCommittable> request, List<String> leftOpen) {
            super(request);
            this.leftOpen = leftOpen;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable reason) {
            leftOpen.add(getCommittable().getTransactionalId());
            super.signalFailedWithKnownReason(reason);
        }

        /** Brokers forget an id that nobody uses: nothing of it is open then. */
        @Override
        public void signalFailedWithUnknownReason(Throwable reason) {
            if (reason instanceof InvalidPidMappingException) {
                super.signalFailedWithKnownReason(reason);
            } else {
                super.signalFailedWithUnknownReason(reason);
            }
        }
    }

    /** Says of a committable what the committer says of it. */
    private abstract static class ForwardingRequest implements CommitRequest<KafkaCommittable> {

        private final CommitRequest<KafkaCommittable> request;

        ForwardingRequest(CommitRequest<KafkaCommittable> request) {
            this.request = request;
        }

        @Override
        public KafkaCommittable getCommittable() {
            return request.getCommittable();
        }

        @Override
        public int getNumberOfRetries() {
            return request.getNumberOfRetries();
        }

        @Override
        public void signalFailedWithKnownReason(Throwable reason) {
            request.signalFailedWithKnownReason(reason);
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable reason) {
            request.signalFailedWithUnknownReason(reason);
        }

        @Override
        public void retryLater() {
            request.retryLater();
        }

        @Override
        public void updateAndRetryLater(KafkaCommittable committable) {
            request.updateAndRetryLater(committable);
        }

        @Override
        public void signalAlreadyCommitted() {
            request.signalAlreadyCommitted();
        }
    }
}
