package io.millrace.audit.cli;

import io.millrace.audit.Audit;
import io.millrace.audit.Books;
import io.millrace.audit.read.Progress;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Recomputes the books of a deployment. */
@Command(
        name = "audit",
        description = {
            "Recomputes the books from Kafka and the chain, on its own code.",
            "Exit code 1 on any difference."
        },
        mixinStandardHelpOptions = true)
final class AuditTask implements Callable<Integer> {

    @Mixin private Deployment deployment = new Deployment();

    @Mixin private AuditOptions options = new AuditOptions();

    @Option(
            names = "--settled",
            description =
                    "Work in progress is an error too: for a deployment that has come to rest.")
    private boolean settled;

    @Option(names = "--json", description = "Standard output: the books as JSON, no more.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Progress progress = new Progress(System.err::println, System::nanoTime);
        Books books = Audit.run(deployment.config(settled), options.settings(), progress);
        System.out.println(json ? books.toJson() : books.lines());
        return books.ok() ? 0 : AuditProgram.DIFFERS;
    }
}
