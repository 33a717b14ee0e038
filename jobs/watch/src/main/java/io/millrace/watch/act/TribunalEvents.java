package io.millrace.watch.act;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.rules.Fault;
import io.millrace.contracts.Tribunal;
import io.millrace.watch.act.TribunalEvent.Answered;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.act.TribunalEvent.Concluded;
import io.millrace.watch.act.TribunalEvent.FaultProven;
import io.millrace.watch.act.TribunalEvent.Place;
import io.millrace.watch.act.TribunalEvent.StatementAnswered;
import io.millrace.watch.act.TribunalEvent.UnderpaymentProven;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.web3j.abi.EventEncoder;
import org.web3j.utils.Numeric;

/** Decodes the tribunal's logs. */
final class TribunalEvents {

    private static final String CHALLENGED = EventEncoder.encode(Tribunal.CHALLENGED_EVENT);
    private static final String ANSWERED = EventEncoder.encode(Tribunal.ANSWERED_EVENT);
    private static final String SHOWN = EventEncoder.encode(Tribunal.STATEMENTANSWERED_EVENT);
    private static final String CONCLUDED = EventEncoder.encode(Tribunal.CONCLUDED_EVENT);
    private static final String UNDERPAID = EventEncoder.encode(Tribunal.UNDERPAYMENTPROVEN_EVENT);
    private static final String PROVEN = EventEncoder.encode(Tribunal.FAULTPROVEN_EVENT);

    /** Those that somebody finds, and that nobody answered. */
    private static final List<String> FAULTS =
            Stream.concat(Stream.of(Fault.values()).map(Fault::onChain), Stream.of("Unanswered"))
                    .toList();

    private TribunalEvents() {}

    /** The event, empty if it says nothing of a case. */
    static Optional<TribunalEvent> decode(JsonNode log) {
        String kind = topic(log, 0);
        AbiWords data = AbiWords.of(log.path("data").asText());
        Place at =
                new Place(
                        quantity(log.path("blockNumber").asText()),
                        log.path("transactionHash").asText(),
                        quantity(log.path("logIndex").asText()));
        if (kind.equals(CHALLENGED)) {
            return Optional.of(challenged(at, log, data));
        }
        if (kind.equals(ANSWERED)) {
            return Optional.of(
                    new Answered(at, topic(log, 1), address(log, 2), data.uint(0).signum() != 0));
        }
        if (kind.equals(SHOWN)) {
            return Optional.of(
                    new StatementAnswered(at, topic(log, 1), data.count(0), data.count(1)));
        }
        if (kind.equals(CONCLUDED)) {
            return Optional.of(
                    new Concluded(at, topic(log, 1), address(log, 2), data.uint(0).signum() != 0));
        }
        if (kind.equals(UNDERPAID)) {
            return Optional.of(underpaid(at, log, data));
        }
        return kind.equals(PROVEN) ? Optional.of(proven(at, log, data)) : Optional.empty();
    }

    private static UnderpaymentProven underpaid(Place at, JsonNode log, AbiWords data) {
        return new UnderpaymentProven(
                at,
                quantity(topic(log, 1)),
                quantity(topic(log, 2)),
                address(log, 3),
                data.count(0),
                data.uint(1),
                data.uint(2),
                data.uint(3));
    }

    private static Challenged challenged(Place at, JsonNode log, AbiWords data) {
        return new Challenged(
                at,
                quantity(topic(log, 1)),
                quantity(topic(log, 2)),
                topic(log, 3),
                data.address(0),
                data.count(1),
                Kind.of(data.uint(2)),
                data.count(3),
                data.count(4));
    }

    private static FaultProven proven(Place at, JsonNode log, AbiWords data) {
        return new FaultProven(
                at,
                quantity(topic(log, 1)),
                quantity(topic(log, 2)),
                address(log, 3),
                data.count(0),
                FAULTS.get(data.uint(1).intValueExact()),
                data.uint(2),
                data.uint(3));
    }

    private static String topic(JsonNode log, int index) {
        return log.path("topics").path(index).asText();
    }

    private static String address(JsonNode log, int index) {
        return "0x" + topic(log, index).substring(26);
    }

    private static long quantity(String hex) {
        return Numeric.toBigInt(hex).longValueExact();
    }
}
