package io.millrace.audit;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.read.JsonFields;
import io.millrace.audit.read.TooEarlyException;
import java.util.List;

/** Whether all receipts are there of the shard that one of them is to be proved in. */
final class WholeShard {

    private WholeShard() {}

    /** The receipts of a large cut become visible one checkpoint after the other. */
    static void require(Receipt receipt, long leaves, List<JsonFields> sources) {
        for (JsonFields source : sources) {
            long sealed = source.count("receipts");
            if (source.count("shard") == receipt.shard() && leaves < sealed) {
                throw new TooEarlyException(
                        "epoch %d: %d of %d receipts of shard %d are visible; wait (--wait)"
                                .formatted(receipt.epoch(), leaves, sealed, receipt.shard()));
            }
        }
    }
}
