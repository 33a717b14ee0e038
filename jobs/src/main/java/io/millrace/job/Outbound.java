package io.millrace.job;

import io.millrace.admit.Rejection;
import io.millrace.admit.RejectionCodec;
import io.millrace.chain.SealedPart;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import io.millrace.meter.Evidence;
import io.millrace.meter.EvidenceCodec;
import io.millrace.meter.Result;
import io.millrace.meter.ResultCodec;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.Receipt;
import java.nio.charset.StandardCharsets;

/**
 * Key and value of everything the job publishes; operators/README.md documents the ones that
 * clients read.
 */
public final class Outbound {

    private Outbound() {}

    static OutboundRecord of(Result result) {
        return record(
                Topics.RESULTS, result.outcome().terms().requestId(), ResultCodec.encode(result));
    }

    static OutboundRecord of(Rejection rejection) {
        String requesterAddress = rejection.requesterAddress();
        return record(
                Topics.REJECTIONS,
                requesterAddress == null ? "" : requesterAddress,
                RejectionCodec.encode(rejection));
    }

    /** A charge, by its requester: one partition has them in the order of their sequence. */
    public static OutboundRecord of(Charge charge) {
        return record(Topics.CHARGES, charge.requesterAddress(), JsonCodec.encode(charge));
    }

    /** What stands behind a charge, by its request. */
    public static OutboundRecord of(Evidence evidence) {
        return record(Topics.EVIDENCE, evidence.requestId(), EvidenceCodec.encode(evidence));
    }

    /** A part, by its epoch. */
    public static OutboundRecord of(SealedPart part) {
        return record(Topics.EPOCHS, Long.toString(part.header().epoch()), JsonCodec.encode(part));
    }

    /** The sink's subtask gives it its key. */
    static OutboundRecord of(CheckpointMark mark) {
        return record(Topics.CHECKPOINTS, "", JsonCodec.encode(mark));
    }

    /** A receipt, by its request. */
    public static OutboundRecord of(Receipt receipt) {
        return record(Topics.RECEIPTS, receipt.charge().requestId(), JsonCodec.encode(receipt));
    }

    private static OutboundRecord record(String topic, String key, byte[] value) {
        return new OutboundRecord(topic, key.getBytes(StandardCharsets.UTF_8), value);
    }
}
