package io.millrace.watch.judge;

import io.millrace.audit.KafkaBooks.Receipt;
import java.io.IOException;

/** The receipts of one epoch that are visible. They are read as often as they are asked for. */
@FunctionalInterface
public interface Receipts {

    /** Hands over all of them in the order of their places, one a place. */
    void forEach(Visitor visitor) throws IOException;

    /** Takes them one after the other. */
    @FunctionalInterface
    interface Visitor {

        /** One more. */
        void receipt(Receipt receipt) throws IOException;
    }
}
