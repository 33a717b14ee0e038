package io.millrace.audit.cli;

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

    private AuditProgram() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.setProperty("log4j2.configurationFile", "audit-log4j2.xml");
        System.exit(run(args));
    }

    /** Runs one command. */
    public static int run(String... args) {
        return ProgramRun.of(new CommandLine(new AuditProgram()), args);
    }
}
