package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Objects;
import org.apache.flink.connector.base.source.reader.fetcher.SplitFetcherManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.Test;

/** The stack's log: an operator must be able to trust that an ERROR is one. */
class LogsTest {

    /**
     * For a gap in the input it logged a stack trace of its own, beside the error with the remedy.
     */
    @Test
    void stackLog_fetcherThatEnds_isSilent() throws Exception {
        URI config =
                Objects.requireNonNull(
                                Logs.class.getClassLoader().getResource("launcher-log4j2.xml"))
                        .toURI();
        try (LoggerContext context = new LoggerContext("stack", null, config)) {
            context.start();
            assertThat(context.getLogger(SplitFetcherManager.class.getName()).getLevel())
                    .isEqualTo(Level.OFF);
            assertThat(context.getLogger("io.millrace.job.input").getLevel()).isEqualTo(Level.INFO);
        }
    }
}
