package io.millrace.local.cli;

import io.millrace.audit.Prover;
import io.millrace.audit.cli.WaitOption;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Proves one charge on chain. */
@Command(
        name = "prove",
        description = {
            "Finds the receipt of a request, prints its proof, has the vault verify it.",
            "That can be told once the request is in a settled epoch."
        },
        mixinStandardHelpOptions = true)
final class ProveCommand implements Callable<Integer> {

    @Mixin private FolderOption folder = new FolderOption();

    @Parameters(paramLabel = "REQUEST_ID", description = "0x and 64 hexadecimal digits.")
    private String requestId = "";

    @Option(names = "--json", description = "Last line of standard output: the proof as JSON.")
    private boolean json;

    @Mixin private WaitOption wait = new WaitOption();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Logs.toStandardError();
        Console console = Console.open(json);
        String id = Prover.canonical(requestId);
        Prover.Proof proof =
                new Prover(
                                AuditCommand.config(StackFile.read(folder.path()), false),
                                new io.millrace.audit.read.Progress(
                                        System.err::println, System::nanoTime))
                        .prove(id, wait.limit());
        console.line(proof.json().toPrettyString());
        console.line(proof.verdict());
        console.result(proof.json());
        return proof.verified() ? 0 : ExitCode.DIFFERS;
    }
}
