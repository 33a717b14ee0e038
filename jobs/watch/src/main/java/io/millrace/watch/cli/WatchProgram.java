package io.millrace.watch.cli;

import io.millrace.audit.cli.ProgramRun;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Entry of the programs that stand before the tribunal, apart from the engine whose settler is
 * judged there.
 */
@Command(
        name = "millrace",
        description = "Stands before the tribunal: against a settler, or for one.",
        mixinStandardHelpOptions = true,
        version = "millrace 0.1.0",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, and no fault was found, no challenge missed",
            "1:done, and a fault was found, or a challenge missed",
            "2:wrong use of the command line",
            "3:could not be done; the message says why"
        },
        subcommands = {WatchTask.class, DefendTask.class, CommandLine.HelpCommand.class})
public final class WatchProgram {

    /** A fault was found, or a challenge missed. */
    static final int FAULTY = 1;

    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    private WatchProgram() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        if (System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "watch-log4j2.xml");
        }
        System.exit(run(args));
    }

    /** All commands, as the page lists them. */
    public static CommandLine commands() {
        return new CommandLine(new WatchProgram());
    }

    /** Runs one command. */
    public static int run(String... args) {
        return ProgramRun.of(commands(), args);
    }
}
