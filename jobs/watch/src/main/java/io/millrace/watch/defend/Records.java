package io.millrace.watch.defend;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import java.util.Set;
import java.util.function.Predicate;

/** Where receipts and evidence are looked up. One thread. */
interface Records {

    /**
     * Hands over visible receipts, of any epoch, in no order that counts.
     *
     * @param sinceMillis those written earlier are of no interest, by the writer's clock; 0 for all
     * @param wantsMore is asked after each
     */
    void receipts(long sinceMillis, Predicate<Receipt> wantsMore);

    /** The same of evidence of these requests. */
    void evidence(Set<String> requestIds, long sinceMillis, Predicate<Evidence> wantsMore);
}
