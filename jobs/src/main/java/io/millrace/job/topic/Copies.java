package io.millrace.job.topic;

/**
 * How many copies a topic of the ledger needs: three, of which two have what is acknowledged, or as
 * many as there are brokers. With fewer a single lost disk takes what requesters have paid for.
 *
 * @param brokers of the cluster
 */
record Copies(int brokers) {

    /** Setting of a topic: how many copies must have a record before it is acknowledged. */
    static final String IN_SYNC = "min.insync.replicas";

    private static final int ENOUGH = 3;
    private static final int ENOUGH_IN_SYNC = 2;

    /**
     * What is wrong and what to do, empty if nothing is.
     *
     * @param replicas of the topic's partition that has the fewest
     */
    String problem(String topic, int replicas, int inSync) {
        int wanted = Math.min(ENOUGH, brokers);
        if (replicas < wanted) {
            return "%s has %d replicas on %d brokers; a lost disk would take the records with it, reassign its partitions to %d"
                    .formatted(topic, replicas, brokers, wanted);
        }
        if (brokers >= ENOUGH && inSync < ENOUGH_IN_SYNC) {
            return "%s has %s=%d; a record would be acknowledged that one disk alone has, set it to at least %d"
                    .formatted(topic, IN_SYNC, inSync, ENOUGH_IN_SYNC);
        }
        return "";
    }
}
