package io.millrace.admit.hostile;

import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.AdmitFunction;
import io.millrace.admit.Candidate;
import io.millrace.admit.FundsChange;
import io.millrace.admit.RejectReason;
import io.millrace.admit.Rejection;
import io.millrace.admit.RejectionCodec;
import io.millrace.admit.Release;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.Task;
import io.millrace.admit.Terms;
import io.millrace.admit.ValidateFunction;
import io.millrace.chain.VaultEvent;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generated hostile traffic through both halves of admission, with the real decoding, signatures
 * and tokenizer: each record gets exactly one outcome, the predicted one, and the money is as the
 * plainest books say (M1, M2, M8). {@code -Dmillrace.hostile.requests=N} and {@code
 * -Dmillrace.hostile.seed=S} make other runs.
 */
class HostileInputTest {

    private static final Logger LOG = LoggerFactory.getLogger(HostileInputTest.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int REQUESTS = Integer.getInteger("millrace.hostile.requests", 100_000);
    private static final long SEED = Long.getLong("millrace.hostile.seed", 20_261_122L);
    private static final int PER_LIFE = 10_000;

    private final Map<RejectReason, Integer> refused = new EnumMap<>(RejectReason.class);
    private int admitted;

    @Test
    void admission_hostileTraffic_answersEachRecordAsPredictedAndMovesNoOtherMoney()
            throws IOException {
        LOG.info("seed {}, {} requests", SEED, REQUESTS);
        for (int done = 0; done < REQUESTS; done += PER_LIFE) {
            run(SEED + done, Math.min(PER_LIFE, REQUESTS - done));
        }
        LOG.info("{} admitted, refused {}", admitted, refused);

        assertThat(admitted).as("seed %s: good requests among the bad", SEED).isPositive();
        assertThat(refused.keySet())
                .as("seed %s: reasons tried", SEED)
                .containsExactlyInAnyOrder(RejectReason.values());
    }

    /** One life of a job: its requests, and what becomes of the requesters' money meanwhile. */
    private void run(long seed, int requests) throws IOException {
        HostileRequests generator = new HostileRequests(seed);
        List<HostileRequest> sent = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            sent.add(generator.next());
        }
        Map<RequestPlace, Candidate> candidates = validate(seed, sent);
        Admission books = new Admission(seed);
        long[] clocks = new long[3];
        for (HostileRequest request : sent) {
            clocks[request.record().place().topicPartition()] = request.record().appendMillis();
            books.advance(request, Math.min(clocks[0], Math.min(clocks[1], clocks[2])) - 1);
            Candidate candidate = candidates.get(request.record().place());
            if (candidate != null) {
                books.request(request, candidate);
            }
        }
        admit(seed, books);
    }

    /** The candidates by their place, once each record's outcome has been compared. */
    private Map<RequestPlace, Candidate> validate(long seed, List<HostileRequest> sent)
            throws IOException {
        List<RestoringHarness.Item<RequestRecord, VaultEvent>> items = new ArrayList<>();
        World.REGISTRY.forEach(event -> items.add(second(event)));
        sent.forEach(
                request -> items.add(first(request.record(), request.record().appendMillis())));
        RestoringHarness.Run<Candidate> run =
                RestoringHarness.broadcast(
                                new ValidateFunction(World.OPTIONS, new World.Served()),
                                ValidateFunction.MODELS)
                        .collecting(ValidateFunction.REJECTIONS)
                        .run(Feeding.ALL_AT_ONCE, items);

        Map<RequestPlace, Candidate> candidates = new HashMap<>();
        Map<RequestPlace, Rejection> rejections = new HashMap<>();
        for (Candidate candidate : run.main()) {
            Candidate other = candidates.put(candidate.place(), candidate);
            assertThat(other).as("seed %s: a second outcome of %s", seed, candidate).isNull();
        }
        for (Rejection rejection : run.side(ValidateFunction.REJECTIONS)) {
            Rejection other = rejections.put(rejection.place(), rejection);
            assertThat(other).as("seed %s: a second outcome of %s", seed, rejection).isNull();
            count(rejection);
        }
        for (HostileRequest request : sent) {
            RequestPlace place = request.record().place();
            verify(seed, request, candidates.get(place), rejections.remove(place));
        }
        assertThat(rejections).as("seed %s: refusals of nothing", seed).isEmpty();
        return candidates;
    }

    private static void verify(
            long seed,
            HostileRequest request,
            @Nullable Candidate candidate,
            @Nullable Rejection rejection) {
        String named = "seed " + seed + ": " + request.describe();
        if (request.record().tick()) {
            assertThat(candidate == null && rejection == null).as(named).isTrue();
            return;
        }
        assertThat(candidate != null ^ rejection != null).as("%s: one outcome", named).isTrue();
        if (request.certain()) {
            assertThat(rejection == null ? null : rejection.reason())
                    .as("%s: %s", named, rejection)
                    .isEqualTo(request.expected());
        }
        if (candidate != null) {
            assertThat(candidate.requestId()).as(named).isEqualTo(request.requestId());
            assertThat(candidate.requesterAddress()).as(named).isEqualTo(request.requester());
            assertThat(candidate.units()).as(named).isEqualTo(request.tokens());
            assertThat(candidate.feeNano()).as(named).isEqualTo(request.feeNano());
            assertThat(Long.compareUnsigned(candidate.feeNano(), request.maxFeeNano()))
                    .as("%s: no more than signed", named)
                    .isNotPositive();
        }
    }

    private void admit(long seed, Admission books) throws IOException {
        RestoringHarness.Run<Task> run =
                RestoringHarness.keyed(
                                new AdmitFunction(),
                                Candidate::requesterAddress,
                                FundsChange::requesterAddress,
                                Types.STRING)
                        .collecting(AdmitFunction.REJECTIONS, AdmitFunction.RELEASES)
                        .run(Feeding.ALL_AT_ONCE, books.finish());

        List<String> tasks = new ArrayList<>();
        for (Task task : run.main()) {
            Terms terms = task.terms();
            tasks.add(terms.place() + " " + terms.requesterAccount() + " " + terms.reservedNano());
        }
        List<String> refusals = new ArrayList<>();
        for (Rejection rejection : run.side(AdmitFunction.REJECTIONS)) {
            refusals.add(rejection.place() + " " + rejection.reason());
            count(rejection);
        }
        List<String> releases = new ArrayList<>();
        for (Release release : run.side(AdmitFunction.RELEASES)) {
            releases.add(release.requesterAccount() + " " + release.amountNano());
        }
        admitted += tasks.size();
        assertSame(seed, "admitted", tasks, books.tasks);
        assertSame(seed, "refused", refusals, books.refusals);
        assertSame(seed, "left to withdraw", releases, books.releases);
        assertThat(run.stateEntries())
                .as("seed %s: of all requests nothing is remembered but the funds", seed)
                .isEqualTo(World.FUNDED.size());
    }

    private static void assertSame(
            long seed, String what, List<String> found, List<String> expected) {
        for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
            assertThat(found.get(i)).as("seed %s, %s %s", seed, what, i).isEqualTo(expected.get(i));
        }
        assertThat(found).as("seed %s: how many %s", seed, what).hasSameSizeAs(expected);
    }

    /** A refusal that cannot be written would stop the job. */
    private void count(Rejection rejection) throws IOException {
        assertThat(MAPPER.readTree(RejectionCodec.encode(rejection)).path("code").textValue())
                .isEqualTo(rejection.reason().name());
        refused.merge(rejection.reason(), 1, Integer::sum);
    }
}
