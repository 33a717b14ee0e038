package io.millrace.watch.follow;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.watch.act.TribunalChain.Terms;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the topic keeps evidence as long as it may be asked for. Who reads it only looks on: what
 * is wrong is said, and the settler's to mend.
 */
public final class EvidenceKept {

    private static final Logger LOG = LoggerFactory.getLogger(EvidenceKept.class);
    private static final int BUCKETS = 7;
    private static final Duration UNTIL_SETTLED = Duration.ofDays(1);
    private static final String RETENTION = "retention.ms";
    private static final int PATIENCE_SECONDS = 10;
    private static final ConfigResource TOPIC =
            new ConfigResource(ConfigResource.Type.TOPIC, Evidence.TOPIC);

    private EvidenceKept() {}

    /** Looks once, and says it in the log. Brokers that do not tell are no failure. */
    public static void look(KafkaAccess kafka, Terms terms) {
        Admin admin = Admin.create(kafka.settings());
        try {
            Config settings =
                    requireNonNull(
                            admin.describeConfigs(List.of(TOPIC))
                                    .all()
                                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                    .get(TOPIC),
                            "the brokers left out what was asked for");
            String wrong = problem(Long.parseLong(settings.get(RETENTION).value()), terms);
            if (!wrong.isEmpty()) {
                LOG.warn("{}", wrong);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.info(
                    "{} of {} is not told ({}); the settler's job looks at it when it starts",
                    RETENTION,
                    Evidence.TOPIC,
                    e.getCause() == null ? "no answer" : e.getCause().getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            admin.close(Duration.ZERO); // by itself it waits a minute for what is not answered
        }
    }

    /**
     * What is wrong with that retention, empty if nothing is.
     *
     * @param keptMillis of the topic, -1 for ever
     */
    static String problem(long keptMillis, Terms terms) {
        Duration needed =
                Duration.ofSeconds(BUCKETS * terms.bucketSeconds() + terms.responseSeconds())
                        .plus(UNTIL_SETTLED);
        return keptMillis == -1 || keptMillis >= needed.toMillis()
                ? ""
                : ("topic %s has %s=%d, and a charge may be challenged for %d of the vault's BUCKET"
                       + " of %d s and the tribunal's RESPONSE of %d s after its settlement, which"
                       + " may take a day: evidence will be missing, have the settler set it to at"
                       + " least %d")
                        .formatted(
                                Evidence.TOPIC,
                                RETENTION,
                                keptMillis,
                                BUCKETS,
                                terms.bucketSeconds(),
                                terms.responseSeconds(),
                                needed.toMillis());
    }
}
