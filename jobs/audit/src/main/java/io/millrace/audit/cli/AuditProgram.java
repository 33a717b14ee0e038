package io.millrace.audit.cli;

import io.millrace.audit.read.AuditException;
import java.io.IOException;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Entry of the audit's own jar: audits a deployment, or proves one of its charges, wherever its
 * Kafka and its L2 are. Needs nothing of the engine and nothing of the launcher.
 */
@Command(
        name = "millrace-audit",
        description = "Audits a deployment of Millrace, or proves one of its charges.",
        mixinStandardHelpOptions = true,
        version = "millrace-audit 0.1.0",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, and what was checked holds",
            "1:done, but the books or the proof do not hold",
            "2:wrong use of the command line",
            "3:could not be done; the message says why"
        },
        subcommands = {AuditTask.class, ProveTask.class, CommandLine.HelpCommand.class})
public final class AuditProgram {

    /** What was checked does not hold. */
    static final int DIFFERS = 1;

    private static final int FAILED = 3;

    private AuditProgram() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.setProperty("log4j2.configurationFile", "audit-log4j2.xml");
        System.exit(run(args));
    }

    /** Runs one command. */
    public static int run(String... args) {
        CommandLine program = new CommandLine(new AuditProgram());
        try {
            program.setDefaultValueProvider(ConfigFiles.of(args));
        } catch (IOException e) {
            System.err.println("millrace-audit: " + e.getMessage());
            return FAILED;
        }
        return program.setExecutionExceptionHandler((failure, command, parsed) -> report(failure))
                .execute(args);
    }

    /** Messages are for the user; a stack trace only for what nobody foresaw. */
    private static int report(Exception failure) {
        boolean foreseen =
                failure instanceof AuditException
                        || failure instanceof IllegalArgumentException
                        || failure instanceof IOException;
        System.err.println("millrace-audit: " + failure.getMessage());
        Stream.iterate(failure.getCause(), cause -> cause != null, Throwable::getCause)
                .forEach(cause -> System.err.println("  because: " + cause.getMessage()));
        if (!foreseen) {
            failure.printStackTrace();
        }
        return FAILED;
    }
}
