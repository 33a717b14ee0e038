package io.millrace.settle;

import io.millrace.admit.Release;
import io.millrace.chain.CutPosition;
import io.millrace.meter.Charge;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** State of this stage, once: what the operators keep, and what a rebuilt state must hold. */
public final class SettleDescriptors {

    /** Of {@link ShardCutOperator}, keyed by shard: unsealed charges. */
    public static final MapStateDescriptor<ChargeKey, Charge> CHARGES =
            new MapStateDescriptor<>(
                    "charges",
                    TypeInformation.of(ChargeKey.class),
                    TypeInformation.of(Charge.class));

    /** Of {@link ShardCutOperator}, keyed by shard: what each requester has unsealed. */
    public static final MapStateDescriptor<Integer, PendingRequester> REQUESTERS =
            new MapStateDescriptor<>(
                    "requesters", Types.INT, TypeInformation.of(PendingRequester.class));

    /** Of {@link ShardCutOperator}, keyed by shard: withdrawals for the next cut. */
    public static final ListStateDescriptor<Release> RELEASES =
            new ListStateDescriptor<>("releases", TypeInformation.of(Release.class));

    /** Of {@link SealOperator}: where the header chain stands, one entry. */
    public static final ListStateDescriptor<EpochSealer.Head> HEAD =
            new ListStateDescriptor<>("head", TypeInformation.of(EpochSealer.Head.class));

    /** Of {@link SealOperator}: how far the sources had been read. */
    public static final ListStateDescriptor<CutPosition> POSITIONS =
            new ListStateDescriptor<>("positions", TypeInformation.of(CutPosition.class));

    /** Of {@link SealOperator}: the mark that left with this checkpoint, at most one entry. */
    public static final ListStateDescriptor<CheckpointMark> SENT =
            new ListStateDescriptor<>("sent", TypeInformation.of(CheckpointMark.class));

    /** Of {@link SealOperator}: names of the sinks that {@link #SENT} left through. */
    public static final ListStateDescriptor<String> SINKS =
            new ListStateDescriptor<>("sinks", Types.STRING);

    private SettleDescriptors() {}
}
