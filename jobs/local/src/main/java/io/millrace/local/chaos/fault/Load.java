package io.millrace.local.chaos.fault;

import io.millrace.admit.RequestPlace;
import io.millrace.local.client.Traffic;

/** What faults need of the requests that come in meanwhile. */
public interface Load {

    /** A good request that nobody has sent. */
    Traffic.Item unsent();

    /** Tells that the record at {@code place} was never committed, so must find no end. */
    void neverCommitted(RequestPlace place);

    /** Returns once the broker has taken a request in {@code partition}. */
    void awaitTakenIn(int partition) throws InterruptedException;
}
