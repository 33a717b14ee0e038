package io.millrace.audit.cli;

import io.millrace.audit.read.AuditException;
import java.io.IOException;
import java.util.stream.Stream;
import picocli.CommandLine;

/** How a program of commands is run, and how it says what could not be done. */
public final class ProgramRun {

    /** Could not be done. */
    private static final int FAILED = 3;

    private ProgramRun() {}

    /**
     * Runs the command that {@code args} name, with the options of their {@code --config}.
     *
     * @return the exit code: the command's own, 2 for wrong use, 3 if it could not be done
     */
    public static int of(CommandLine program, String... args) {
        String name = program.getCommandName();
        try {
            program.setDefaultValueProvider(ConfigFiles.of(args));
        } catch (IOException e) {
            System.err.println(name + ": " + e.getMessage());
            return FAILED;
        }
        return program.setExecutionExceptionHandler(
                        (failure, command, parsed) -> report(name, failure))
                .execute(args);
    }

    /** Messages are for the user; a stack trace only for what nobody foresaw. */
    private static int report(String name, Exception failure) {
        boolean foreseen =
                failure instanceof AuditException
                        || failure instanceof IllegalArgumentException
                        || failure instanceof IOException;
        System.err.println(name + ": " + failure.getMessage());
        Stream.iterate(failure.getCause(), cause -> cause != null, Throwable::getCause)
                .forEach(cause -> System.err.println("  because: " + cause.getMessage()));
        if (!foreseen) {
            failure.printStackTrace();
        }
        return FAILED;
    }
}
