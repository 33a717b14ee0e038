package io.millrace.local.cli;

import io.millrace.audit.read.AuditException;
import io.millrace.job.recover.RecoverException;
import io.millrace.local.stack.StackException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** Entry of the launcher {@code jobs/bin/millrace}. */
@Command(
        name = "millrace",
        description = "Streaming inference that is paid for on an L2.",
        mixinStandardHelpOptions = true,
        version = "millrace 0.1.0",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, and what was checked holds",
            "1:done, but the books or the proof do not hold",
            "2:wrong use of the command line",
            "3:could not be done; the message says why"
        },
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            ChaosCommand.class,
            BenchCommand.class,
            FundCommand.class,
            ModelCommand.class,
            SendCommand.class,
            StatusCommand.class,
            ProveCommand.class,
            AuditCommand.class,
            JobCommand.class,
            RecoverCommand.class,
            HelpCommand.class
        })
public final class Millrace {

    private Millrace() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Interrupt.watch();
        int exit;
        try {
            exit = run(args);
        } catch (Throwable e) { // an error ends the process too, whatever threads still run
            e.printStackTrace();
            exit = ExitCode.FAILED;
        }
        System.exit(exit);
    }

    /** Runs one command. */
    static int run(String... args) {
        return new CommandLine(new Millrace())
                .setExecutionExceptionHandler((failure, command, parsed) -> report(failure))
                .execute(args);
    }

    /** Messages are for the user; a stack trace only for what nobody foresaw. */
    private static int report(Exception failure) {
        if (Interrupt.received()) {
            return ExitCode.FAILED;
        }
        boolean foreseen =
                failure instanceof StackException
                        || failure instanceof RecoverException
                        || failure instanceof AuditException
                        || failure instanceof IllegalArgumentException;
        System.err.println("millrace: " + message(failure));
        for (Throwable cause : causes(failure)) {
            System.err.println("  because: " + message(cause));
        }
        if (!foreseen) {
            failure.printStackTrace();
        }
        return ExitCode.FAILED;
    }

    private static List<Throwable> causes(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null
                ? List.of()
                : Stream.iterate(cause, c -> c != null, Throwable::getCause).toList();
    }

    private static String message(@Nullable Throwable failure) {
        String text = failure == null ? null : failure.getMessage();
        return text == null ? String.valueOf(failure) : text;
    }
}
