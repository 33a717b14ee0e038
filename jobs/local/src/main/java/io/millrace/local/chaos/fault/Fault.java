package io.millrace.local.chaos.fault;

/** One fault at work. Used by one thread. */
public interface Fault {

    /**
     * Hits.
     *
     * @return who was hit, for the report
     */
    String inject() throws Exception;

    /**
     * Ends the outage as what runs a deployment would: starts what is gone, lets go on what is
     * paused. Getting well again is the system's own.
     */
    void heal() throws Exception;
}
