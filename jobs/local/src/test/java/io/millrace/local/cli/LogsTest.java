package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.flink.connector.base.source.reader.fetcher.SplitFetcherManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack's log: an operator must be able to trust that an ERROR is one. */
class LogsTest {

    private static final String FILE = "millrace.log";

    /** Its class is not public. */
    private static final String COMMITTER =
            "org.apache.flink.connector.kafka.sink.internal.KafkaCommitter";

    /**
     * For a gap in the input the one logged a stack trace of its own, beside the error with the
     * remedy; the other warned of lost data at each start, of transactions that were committed.
     */
    @Test
    void stackLog_whatIsSaidBetterElsewhere_isSilent(@TempDir Path folder) throws Exception {
        System.setProperty(FILE, folder.resolve("stack.log").toString());
        URI config =
                Objects.requireNonNull(
                                Logs.class.getClassLoader().getResource("launcher-log4j2.xml"))
                        .toURI();
        try (LoggerContext context = new LoggerContext("stack", null, config)) {
            context.start();
            assertThat(context.getLogger(SplitFetcherManager.class.getName()).getLevel())
                    .isEqualTo(Level.OFF);
            assertThat(context.getLogger(COMMITTER).getLevel()).isEqualTo(Level.OFF);
            assertThat(Class.forName(COMMITTER)).as("its name").isNotNull();
            assertThat(context.getLogger("io.millrace.job.input").getLevel()).isEqualTo(Level.INFO);
        } finally {
            System.clearProperty(FILE);
        }
    }
}
