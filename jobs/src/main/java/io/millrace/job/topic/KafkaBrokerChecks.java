package io.millrace.job.topic;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the job's options need of the brokers' own settings, checked before the job starts. */
public final class KafkaBrokerChecks {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaBrokerChecks.class);

    private static final long PATIENCE_SECONDS = 30;
    private static final String RETENTION = "retention.ms";
    private static final String LONGEST_TRANSACTION = "transaction.max.timeout.ms";
    private static final String IDS_KEPT = "transactional.id.expiration.ms";

    /** A request may wait as long as its deadline is away, and then to be refused. */
    private static final Duration MARGIN = Duration.ofDays(1);

    private KafkaBrokerChecks() {}

    /**
     * Throws IllegalStateException naming the setting, what it is and what to set.
     *
     * @param transactionTimeout that the job asks for
     * @param horizon how far away a request's deadline may be
     */
    public static void verify(Brokers brokers, Duration transactionTimeout, Duration horizon) {
        try (Admin admin = brokers.admin()) {
            verifyRetention(
                    config(admin, new ConfigResource(ConfigResource.Type.TOPIC, Topics.REQUESTS)),
                    horizon.plus(MARGIN));
            var nodes = admin.describeCluster().nodes().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (nodes.size() == 1) {
                LOG.warn(
                        "the Kafka cluster has one broker: its disk is the only copy of the books");
            }
            for (Node node : nodes) {
                List<String> unchecked =
                        verify(node.id(), settings(admin, node), transactionTimeout);
                if (!unchecked.isEmpty()) {
                    LOG.warn(
                            "broker {} does not report {}, so that is unchecked; ask whoever runs"
                                    + " it for no less",
                            node.id(),
                            unchecked);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while checking the brokers at " + brokers, e);
        } catch (ExecutionException | TimeoutException e) {
            if (e.getCause() instanceof ClusterAuthorizationException) {
                LOG.warn(
                        "the job may not read the brokers' settings, so {} are unchecked; allow it"
                                + " to describe the cluster's configuration, or ask whoever runs"
                                + " it for no less",
                        List.of(
                                setting(LONGEST_TRANSACTION, transactionTimeout),
                                setting(IDS_KEPT, TopicCatalogue.LONGEST_OUTAGE)));
                return;
            }
            if (e.getCause() instanceof AuthorizationException) {
                throw new IllegalStateException(
                        "the job may not read the settings of topic "
                                + Topics.REQUESTS
                                + "; grant it DESCRIBE_CONFIGS",
                        e);
            }
            throw new IllegalStateException(
                    "the brokers at "
                            + brokers
                            + " cannot be checked; are they up and --kafka.bootstrap.servers"
                            + " right?",
                    e);
        }
    }

    static void verifyRetention(Config topic, Duration needed) {
        OptionalLong kept = number(topic, RETENTION);
        require(
                kept.isPresent(),
                "the brokers do not report %s of topic %s; with this --admit.horizon it must be at least %d, grant the job DESCRIBE_CONFIGS on the topic"
                        .formatted(RETENTION, Topics.REQUESTS, needed.toMillis()));
        long keptMillis = kept.orElseThrow();
        require(
                keptMillis == -1 || keptMillis >= needed.toMillis(),
                "topic %s has %s=%d; with this --admit.horizon a request may wait longer, set it to at least %d"
                        .formatted(Topics.REQUESTS, RETENTION, keptMillis, needed.toMillis()));
    }

    /** Returns what the broker should have and does not report, as managed ones do. */
    static List<String> verify(int broker, Config settings, Duration transactionTimeout) {
        List<String> unchecked = new ArrayList<>();
        OptionalLong longest = number(settings, LONGEST_TRANSACTION);
        if (longest.isEmpty()) {
            unchecked.add(setting(LONGEST_TRANSACTION, transactionTimeout));
        }
        require(
                longest.orElse(Long.MAX_VALUE) >= transactionTimeout.toMillis(),
                "broker %d has %s=%d; it refuses transactions with --kafka.transaction.timeout %d ms, raise the one or lower the other"
                        .formatted(
                                broker,
                                LONGEST_TRANSACTION,
                                longest.orElse(0),
                                transactionTimeout.toMillis()));
        OptionalLong kept = number(settings, IDS_KEPT);
        if (kept.isEmpty()) {
            unchecked.add(setting(IDS_KEPT, TopicCatalogue.LONGEST_OUTAGE));
        }
        long outage = TopicCatalogue.LONGEST_OUTAGE.toMillis();
        require(
                kept.orElse(Long.MAX_VALUE) >= outage,
                "broker %d has %s=%d; it would forget the transactions of a savepoint that waits for its start, set it to at least %d"
                        .formatted(broker, IDS_KEPT, kept.orElse(0), outage));
        return unchecked;
    }

    private static String setting(String key, Duration atLeast) {
        return key + ">=" + atLeast.toMillis();
    }

    private static Config settings(Admin admin, Node node)
            throws InterruptedException, ExecutionException, TimeoutException {
        return config(admin, new ConfigResource(ConfigResource.Type.BROKER, node.idString()));
    }

    private static Config config(Admin admin, ConfigResource resource)
            throws InterruptedException, ExecutionException, TimeoutException {
        return requireNonNull(
                admin.describeConfigs(List.of(resource))
                        .all()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .get(resource),
                "the brokers left out what was asked for");
    }

    private static OptionalLong number(Config config, String key) {
        ConfigEntry entry = config.get(key);
        return entry == null || entry.value() == null
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(entry.value()));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
