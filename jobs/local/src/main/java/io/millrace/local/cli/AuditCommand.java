package io.millrace.local.cli;

import io.millrace.audit.Audit;
import io.millrace.audit.AuditConfig;
import io.millrace.audit.Books;
import io.millrace.audit.cli.AuditOptions;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Recomputes the books of a running stack from Kafka and the chain alone. */
@Command(
        name = "audit",
        description = {
            "Recomputes the books of a stack from Kafka and the chain, on its own code.",
            "Exit code 1 on any difference."
        },
        mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {

    @Mixin private FolderOption folder = new FolderOption();

    @Option(
            names = "--settled",
            description =
                    "Work in progress is an error too: for a stack that has come to rest, with"
                            + " everything answered, settled and released.")
    private boolean settled;

    @Mixin private AuditOptions options = new AuditOptions();

    @Option(names = "--json", description = "Last line of standard output: the books as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Logs.toStandardError();
        Console console = Console.open(json);
        Books books =
                Audit.run(
                        config(StackFile.read(folder.path()), settled),
                        options.settings(),
                        new io.millrace.audit.read.Progress(System.err::println, System::nanoTime));
        print(console, books);
        console.result(books.toJson());
        return books.ok() ? 0 : ExitCode.DIFFERS;
    }

    static Books of(StackFile stack, boolean settled) throws IOException {
        return Audit.run(config(stack, settled));
    }

    /** Where the books of {@code stack} lie. */
    static AuditConfig config(StackFile stack, boolean settled) {
        return new AuditConfig(
                KafkaAccess.at(stack.bootstrapServers()),
                stack.rpcUrl(),
                stack.vault(),
                stack.registry(),
                stack.startBlock(),
                settled);
    }

    static void print(Console console, Books books) {
        console.line("");
        console.line("Books");
        console.line(books.lines());
    }
}
