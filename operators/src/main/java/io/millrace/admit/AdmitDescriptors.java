package io.millrace.admit;

import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** State of this stage, once: what the operators keep, and what a rebuilt state must hold. */
public final class AdmitDescriptors {

    /** Of {@link AdmitFunction}, keyed by requester: its money. */
    public static final ValueStateDescriptor<Funds> FUNDS =
            new ValueStateDescriptor<>("funds", TypeInformation.of(Funds.class));

    /** Of {@link AdmitFunction}, keyed by requester: admitted requests by request id. */
    public static final MapStateDescriptor<String, Admitted> ADMITTED =
            new MapStateDescriptor<>("admitted", Types.STRING, TypeInformation.of(Admitted.class));

    /**
     * Of {@link AdmitFunction}, keyed by requester: the request admitted last with a deadline. Each
     * deadline has an event-time timer.
     */
    public static final MapStateDescriptor<Long, String> LAST_BY_DEADLINE =
            new MapStateDescriptor<>("last-by-deadline", Types.LONG, Types.STRING);

    /**
     * Of {@link AdmitFunction}, keyed by requester: deadlines whose requests are being forgotten,
     * by the processing-time timer that goes on with it.
     */
    public static final MapStateDescriptor<Long, Long> WALKS =
            new MapStateDescriptor<>("walks", Types.LONG, Types.LONG);

    /** Of {@link AccountedFunction}, union: records whose outcome is committed already. */
    public static final ListStateDescriptor<RequestPlace> ACCOUNTED =
            new ListStateDescriptor<>("accounted", TypeInformation.of(RequestPlace.class));

    private AdmitDescriptors() {}
}
