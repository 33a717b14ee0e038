package io.millrace.local.chaos;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.Books;
import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.sign.Sign;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run did and found.
 *
 * @param seconds it took, start and end included
 * @param faults in their order
 * @param restarted processes that ended by themselves and were started again
 * @param unsettled what stood still at the end, empty if all was settled
 * @param count of requests and their ends
 * @param evidence behind the charges
 * @param unexplainedNano charged, and in no settled epoch
 * @param proofs of receipts on chain
 * @param books of the audit
 * @param signs what alarmed, and what of it no fault explains
 */
public record ChaosReport(
        long seed,
        double seconds,
        List<Injected> faults,
        int restarted,
        String unsettled,
        Ends.Count count,
        EvidenceCount.Found evidence,
        long unexplainedNano,
        Proofs.Verdict proofs,
        Books books,
        Signs signs) {

    /** Copies. */
    public ChaosReport {
        faults = List.copyOf(faults);
    }

    /**
     * A fault that injected.
     *
     * @param atSeconds since the first could come
     * @param target who was hit
     * @param recoveredMillis from its injection until the stack worked again
     */
    public record Injected(double atSeconds, FaultKind kind, String target, long recoveredMillis) {

        /** For people. */
        String line() {
            return "%6.1f s  %-18s %-24s recovered in %5.1f s"
                    .formatted(atSeconds, kind.label(), target, recoveredMillis / 1000.0);
        }
    }

    /**
     * Alarms, errors in logs, and refusals of the job.
     *
     * @param all in their order
     * @param unexplained those without a fault of their kind
     * @param startNanos since when faults count their time, as System.nanoTime() does
     */
    public record Signs(List<Sign> all, List<Sign> unexplained, long startNanos) {

        /** Copies. */
        public Signs {
            all = List.copyOf(all);
            unexplained = List.copyOf(unexplained);
        }

        /** Those that no fault explains, for people. */
        public List<String> lines() {
            return unexplained.stream()
                    .map(sign -> "%.1f s  %s".formatted(tenths(sign.atNanos() - startNanos), sign))
                    .toList();
        }

        /** How many of {@code sort} there were. */
        public long count(Sign.Sort sort) {
            return all.stream().filter(sign -> sign.sort() == sort).count();
        }
    }

    /** Whether nothing is lost, doubled, unexplained or unproved, and nothing alarmed falsely. */
    public boolean ok() {
        return unsettled.isEmpty()
                && count.ok()
                && evidence.ok()
                && unexplainedNano == 0
                && proofs.denied().isEmpty()
                && books.ok()
                && signs.unexplained().isEmpty();
    }

    /**
     * {@code
     * {"ok","seed","seconds","faults":[{"at","kind","target","recoveredMillis"}],"signs","books"}}.
     */
    public ObjectNode toJson() {
        ObjectNode json = head(ok(), seed, seconds, faults);
        json.put("restarted", restarted).put("unsettled", unsettled);
        ObjectNode all = books.toJson();
        all.put("ok", ok());
        all.put("requests", count.sent())
                .put("charged", count.charged())
                .put("refused", count.refused())
                .put("lost", count.lost())
                .put("doubled", count.doubled())
                .put("misjudged", count.misjudged().size())
                .put("evidenceMissing", evidence.missing())
                .put("evidenceDoubled", evidence.doubled())
                .put("evidenceUncharged", evidence.uncharged())
                .put("unexplainedNano", unexplainedNano)
                .put("epochs", proofs.epochs())
                .put("receiptsProved", proofs.receipts())
                .put("receiptsDenied", proofs.denied().size());
        json.set("signs", signsAsJson());
        json.set("books", all);
        return json;
    }

    private ObjectNode signsAsJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("alarms", signs.count(Sign.Sort.ALARM))
                .put("errors", signs.count(Sign.Sort.ERROR))
                .put("refusals", signs.count(Sign.Sort.REFUSAL));
        Map<String, Integer> bySource = new TreeMap<>();
        for (Sign sign : signs.all()) {
            if (sign.sort() == Sign.Sort.ALARM) {
                bySource.merge(sign.source(), 1, Integer::sum);
            }
        }
        ObjectNode byMetric = json.putObject("alarmsByMetric");
        bySource.forEach(byMetric::put);
        ArrayNode unexplained = json.putArray("unexplained");
        signs.lines().forEach(unexplained::add);
        return json;
    }

    /** Seconds, to the tenth. */
    static double tenths(long nanos) {
        return Math.round(nanos / 1e8) / 10.0;
    }

    /** The same of a run that ended before there was anything to judge, with the reason. */
    static ObjectNode unfinished(
            long seed, double seconds, List<Injected> faults, Exception failure) {
        return head(false, seed, seconds, faults)
                .put("error", String.valueOf(failure.getMessage()));
    }

    private static ObjectNode head(boolean ok, long seed, double seconds, List<Injected> faults) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("ok", ok)
                        .put("seed", seed)
                        .put("seconds", seconds);
        ArrayNode list = json.putArray("faults");
        for (Injected fault : faults) {
            list.addObject()
                    .put("at", fault.atSeconds())
                    .put("kind", fault.kind().label())
                    .put("target", fault.target())
                    .put("recoveredMillis", fault.recoveredMillis());
        }
        return json;
    }
}
