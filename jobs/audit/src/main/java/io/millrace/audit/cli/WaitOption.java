package io.millrace.audit.cli;

import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Of commands that can wait until there is something to show. */
public final class WaitOption {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Option(names = "--wait", description = "Wait until that can be told, at most --wait-minutes.")
    private boolean wait;

    @Option(
            names = "--wait-minutes",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "How long --wait waits; ${DEFAULT-VALUE} by default. An epoch may take longer"
                            + " where the L2 does.")
    private int minutes;

    /** Whether to wait at all. */
    public boolean isGiven() {
        return wait;
    }

    /**
     * For how long, zero if not at all.
     *
     * @throws CommandLine.ParameterException if there is to be less than a minute
     */
    public Duration limit() {
        if (minutes < 1) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), "--wait-minutes is " + minutes + "; give at least 1");
        }
        return wait ? Duration.ofMinutes(minutes) : Duration.ZERO;
    }
}
