package io.millrace.local.watch;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.HTTPServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.prometheus.AbstractPrometheusReporter;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.jspecify.annotations.Nullable;

/**
 * Flink's reporter for Prometheus, but for this machine alone: Flink's own listens on every
 * address, and cannot be told otherwise.
 */
public final class LoopbackReporter extends AbstractPrometheusReporter {

    private static final String PREFIX = "metrics.reporter.loopback.";
    private static final String PORT = "port";

    private @Nullable HTTPServer server;

    /** As Flink makes one. */
    public static final class Factory implements MetricReporterFactory {

        @Override
        public MetricReporter createMetricReporter(Properties properties) {
            return new LoopbackReporter();
        }
    }

    /** What has a Flink of this process report at {@code port}. */
    public static void configure(Configuration settings, int port) {
        settings.setString(PREFIX + "factory.class", Factory.class.getName());
        settings.setString(PREFIX + PORT, Integer.toString(port));
        // As on a cluster: the bound "+Inf" of a histogram and names of models stay as they are.
        settings.setString(PREFIX + "filterLabelValueCharacters", "false");
    }

    @Override
    public void open(MetricConfig config) {
        super.open(config);
        int port = config.getInteger(PORT, 0);
        try {
            server =
                    new HTTPServer(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            registry(),
                            true);
        } catch (IOException e) {
            throw new UncheckedIOException("metrics cannot be served at port " + port, e);
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop();
        }
        super.close();
    }

    /** Flink keeps it from other packages. */
    private CollectorRegistry registry() {
        try {
            Field field = AbstractPrometheusReporter.class.getDeclaredField("registry");
            field.setAccessible(true);
            return (CollectorRegistry) field.get(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Flink's reporter has no registry", e);
        }
    }
}
