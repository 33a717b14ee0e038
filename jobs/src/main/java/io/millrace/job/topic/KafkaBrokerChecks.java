package io.millrace.job.topic;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
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
            verifyRetention(admin, horizon.plus(MARGIN));
            var nodes = admin.describeCluster().nodes().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (nodes.size() == 1) {
                LOG.warn(
                        "the Kafka cluster has one broker: its disk is the only copy of the books");
            }
            for (Node node : nodes) {
                verify(node, settings(admin, node), transactionTimeout);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while checking the brokers at " + brokers, e);
        } catch (ExecutionException | TimeoutException e) {
            if (e.getCause() instanceof ClusterAuthorizationException) {
                LOG.warn(
                        "the job may not read the brokers' settings, so {} and {} are unchecked;"
                                + " allow it to describe the cluster's configuration",
                        LONGEST_TRANSACTION,
                        IDS_KEPT);
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

    private static void verifyRetention(Admin admin, Duration needed)
            throws InterruptedException, ExecutionException, TimeoutException {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.REQUESTS);
        long kept = number(config(admin, topic), "retention.ms");
        require(
                kept == -1 || kept >= needed.toMillis(),
                "topic %s has retention.ms=%d; with this --admit.horizon a request may wait longer, set it to at least %d"
                        .formatted(Topics.REQUESTS, kept, needed.toMillis()));
    }

    private static void verify(Node node, Config settings, Duration transactionTimeout) {
        long longest = number(settings, LONGEST_TRANSACTION);
        require(
                longest >= transactionTimeout.toMillis(),
                "broker %d has %s=%d; it refuses transactions with --kafka.transaction.timeout %d ms, raise the one or lower the other"
                        .formatted(
                                node.id(),
                                LONGEST_TRANSACTION,
                                longest,
                                transactionTimeout.toMillis()));
        long kept = number(settings, IDS_KEPT);
        long outage = TopicCatalogue.LONGEST_OUTAGE.toMillis();
        require(
                kept >= outage,
                "broker %d has %s=%d; it would forget the transactions of a savepoint that waits for its start, set it to at least %d"
                        .formatted(node.id(), IDS_KEPT, kept, outage));
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

    private static long number(Config config, String key) {
        return Long.parseLong(config.get(key).value());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
