package io.millrace.admit;

import io.millrace.chain.OwedChange;
import io.millrace.metrics.MetricRegistrar;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Second half of admission, keyed by requester. In: {@link Candidate} and {@link FundsChange}. Out:
 * {@link Task}, once per request id, with its fee reserved (M2); {@link #REJECTIONS}; {@link
 * #RELEASES}, one for each withdrawal requested on chain, at once, and more as more of it becomes
 * available (M7); {@link #PROMISED}, by how much the value changes that is reserved or charged.
 *
 * <p>Duplicates (M8): an admitted id is remembered until the watermark, the append clock of the
 * slowest partition, has passed its deadline. An equal id has an equal deadline, so once the memory
 * of a deadline is purged every request with that deadline or an earlier one is refused as EXPIRED:
 * replay-proof whatever the watermark was worth, also after a restore, where it starts anew. A
 * refused id is not remembered: it may be sent again. Forgetting takes its time ({@link
 * ExpiryWalk}), and shows in no answer: what is to be forgotten counts as forgotten.
 *
 * <p>State: about 100 bytes a requester, about 300 bytes an admitted id until its deadline, or its
 * charge if later.
 *
 * <p>Metrics in group {@code admit}: {@code admitted}, {@code rejected.CODE}, {@code reservedNano}
 * and {@code unreservedNano} (sums since start), {@code withdrawals}, {@code withdrawnNano}, {@code
 * chargesUnknown} (charges whose request is not remembered: ignored), {@code escapes}, {@code
 * escapeShortfallNano} (what escapes took beyond what was available here: money already charged,
 * reserved or released; settle draws what epochs still need of it from the settler's tokens).
 */
public final class AdmitFunction
        extends KeyedCoProcessFunction<String, Candidate, FundsChange, Task> {

    /** Refused candidates. */
    public static final OutputTag<Rejection> REJECTIONS =
            new OutputTag<>("admit-rejections", TypeInformation.of(Rejection.class));

    /** Withdrawals on their way into the next epoch. */
    public static final OutputTag<Release> RELEASES =
            new OutputTag<>("releases", TypeInformation.of(Release.class));

    /**
     * Nano-USD: what each task reserves, and below zero what a charge has left of its reservation.
     * Added up, less what has been settled, it is what requesters still owe.
     */
    public static final OutputTag<OwedChange> PROMISED =
            new OutputTag<>("promised", TypeInformation.of(OwedChange.class));

    private transient ValueState<Funds> funds;
    private transient MapState<String, Admitted> admitted;
    private transient MapState<Long, String> lastByDeadline;
    private transient ExpiryWalk expiry;

    private transient RejectionCounters rejected;
    private transient Counter admittedCount;
    private transient Counter reservedNano;
    private transient Counter unreservedNano;
    private transient Counter withdrawals;
    private transient Counter withdrawnNano;
    private transient Counter chargesUnknown;
    private transient Counter escapes;
    private transient Counter escapeShortfallNano;

    /** Everything is in Flink's state. */
    @SuppressWarnings("NullAway.Init") // transient fields are set in open
    public AdmitFunction() {}

    @Override
    public void open(OpenContext context) {
        funds = getRuntimeContext().getState(AdmitDescriptors.FUNDS);
        admitted = getRuntimeContext().getMapState(AdmitDescriptors.ADMITTED);
        lastByDeadline = getRuntimeContext().getMapState(AdmitDescriptors.LAST_BY_DEADLINE);
        expiry =
                new ExpiryWalk(
                        admitted,
                        lastByDeadline,
                        getRuntimeContext().getMapState(AdmitDescriptors.WALKS));
        MetricRegistrar metrics = new MetricRegistrar(getRuntimeContext().getMetricGroup());
        rejected = new RejectionCounters(metrics);
        admittedCount = metrics.counter(AdmitMetrics.ADMITTED);
        reservedNano = metrics.counter(AdmitMetrics.RESERVED_NANO);
        unreservedNano = metrics.counter(AdmitMetrics.UNRESERVED_NANO);
        withdrawals = metrics.counter(AdmitMetrics.WITHDRAWALS);
        withdrawnNano = metrics.counter(AdmitMetrics.WITHDRAWN_NANO);
        chargesUnknown = metrics.counter(AdmitMetrics.CHARGES_UNKNOWN);
        escapes = metrics.counter(AdmitMetrics.ESCAPES);
        escapeShortfallNano = metrics.counter(AdmitMetrics.ESCAPE_SHORTFALL_NANO);
    }

    @Override
    public void processElement1(Candidate candidate, Context context, Collector<Task> out)
            throws Exception {
        Funds before = funds.value();
        if (before == null) {
            refuse(
                    candidate,
                    RejectReason.UNKNOWN_ACCOUNT,
                    candidate.requesterAddress()
                            + " has no spending account that is final on chain; deposit into the"
                            + " vault, wait for finality and send again",
                    context);
        } else if (isRemembered(candidate, before, context)) {
            refuse(
                    candidate,
                    RejectReason.DUPLICATE,
                    "request "
                            + candidate.requestId()
                            + " was admitted before; to ask again sign another nonce",
                    context);
        } else if (candidate.deadlineMillis() <= passedMillis(before, context)) {
            refuse(
                    candidate,
                    RejectReason.EXPIRED,
                    "deadline "
                            + candidate.deadlineMillis()
                            + " has passed in every partition of the topic; sign a later deadline",
                    context);
        } else if (candidate.feeNano() > before.availableNano()) {
            refuse(
                    candidate,
                    RejectReason.INSUFFICIENT_FUNDS,
                    before.availableNano()
                            + " nano-USD are available and "
                            + candidate.feeNano()
                            + " are needed; deposit into the vault or wait for requests in flight",
                    context);
        } else {
            admit(candidate, before, context, out);
        }
    }

    @Override
    public void processElement2(FundsChange change, Context context, Collector<Task> out)
            throws Exception {
        Funds known = funds.value();
        if (change.kind() == FundsChange.Kind.CHARGED) {
            charge(change, known, context);
            return;
        }
        Funds before = known == null ? Funds.opened(change.requesterAccount()) : known;
        if (before.account() != change.requesterAccount()) {
            throw new BrokenBooksException(
                    "%s owns spending account %d but the vault's event names %d"
                            .formatted(
                                    change.requesterAddress(),
                                    before.account(),
                                    change.requesterAccount()));
        }
        switch (change.kind()) {
            case ACCOUNT_OPENED -> funds.update(before);
            case DEPOSITED, RELEASE_SKIPPED ->
                    release(before.deposit(change.amountNano()), change, context);
            case WITHDRAWAL_REQUESTED -> withdraw(change, before, context);
            case WITHDRAWAL_CANCELLED -> funds.update(before.close(change.request()));
            case ESCAPED -> escape(change, before);
            case CHARGED -> throw new IllegalStateException("a charge is no event of the vault");
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Task> out)
            throws Exception {
        if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
            expiry.resume(timestamp, context.timerService());
            return;
        }
        Funds before = funds.value();
        if (before != null) {
            funds.update(before.purged(timestamp)); // before the first is forgotten
        }
        expiry.begin(timestamp, context.timerService());
    }

    /** Whether it was admitted; what is past its deadline and charged counts as forgotten. */
    private boolean isRemembered(Candidate candidate, Funds before, Context context)
            throws Exception {
        Admitted entry = admitted.get(candidate.requestId());
        return entry != null
                && (entry.open() || entry.deadlineMillis() > passedMillis(before, context));
    }

    private static long passedMillis(Funds before, Context context) {
        return Math.max(before.purgedThroughMillis(), context.timerService().currentWatermark());
    }

    private void admit(Candidate candidate, Funds before, Context context, Collector<Task> out)
            throws Exception {
        long deadline = candidate.deadlineMillis();
        funds.update(before.reserve(candidate.feeNano()));
        admitted.put(
                candidate.requestId(),
                new Admitted(
                        deadline, candidate.feeNano(), true, false, lastByDeadline.get(deadline)));
        lastByDeadline.put(deadline, candidate.requestId());
        context.timerService().registerEventTimeTimer(deadline);
        admittedCount.inc();
        reservedNano.inc(candidate.feeNano());
        context.output(PROMISED, OwedChange.promised(candidate.feeNano()));
        out.collect(candidate.admitted(before.account()));
    }

    private void charge(FundsChange change, @Nullable Funds before, Context context)
            throws Exception {
        String requestId = change.requestId();
        Admitted entry = requestId == null ? null : admitted.get(requestId);
        if (before == null || requestId == null || entry == null || !entry.open()) {
            chargesUnknown.inc();
            return;
        }
        if (change.amountNano() > entry.reservedNano()) {
            throw new BrokenBooksException(
                    "request %s was charged %d nano-USD but only %d were reserved (M2)"
                            .formatted(requestId, change.amountNano(), entry.reservedNano()));
        }
        release(before.charge(entry.reservedNano(), change.amountNano()), change, context);
        unreservedNano.inc(entry.reservedNano());
        if (change.amountNano() < entry.reservedNano()) {
            context.output(
                    PROMISED, OwedChange.promised(change.amountNano() - entry.reservedNano()));
        }
        if (entry.due()) {
            admitted.remove(requestId);
        } else {
            admitted.put(requestId, entry.charged());
        }
    }

    private void withdraw(FundsChange change, Funds before, Context context) throws Exception {
        withdrawals.inc();
        post(before.ask(change.request(), change.amountNano()), change, context);
    }

    /** What has become available goes to an open withdrawal first. */
    private void release(Funds now, FundsChange change, Context context) throws Exception {
        if (now.releasableNano() > 0) {
            post(now, change, context);
        } else {
            funds.update(now);
        }
    }

    private void post(Funds now, FundsChange change, Context context) throws Exception {
        long amountNano = now.releasableNano();
        funds.update(now.release(amountNano));
        withdrawnNano.inc(amountNano);
        context.output(
                RELEASES,
                new Release(
                        now.account(), change.requesterAddress(), now.openRequest(), amountNano));
    }

    private void escape(FundsChange change, Funds before) throws Exception {
        funds.update(before.escape(change.amountNano()).close(change.request()));
        escapes.inc();
        escapeShortfallNano.inc(Math.max(0, change.amountNano() - before.availableNano()));
    }

    private void refuse(Candidate candidate, RejectReason reason, String message, Context context) {
        rejected.count(reason);
        context.output(REJECTIONS, candidate.refused(reason, message));
    }
}
