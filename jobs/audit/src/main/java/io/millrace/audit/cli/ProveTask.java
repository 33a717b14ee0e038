package io.millrace.audit.cli;

import io.millrace.audit.Prover;
import io.millrace.audit.read.Progress;
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
final class ProveTask implements Callable<Integer> {

    @Mixin private Deployment deployment = new Deployment();

    @Parameters(paramLabel = "REQUEST_ID", description = "0x and 64 hexadecimal digits.")
    private String requestId = "";

    @Option(names = "--json", description = "Standard output: the proof as JSON, no more.")
    private boolean json;

    @Mixin private WaitOption wait = new WaitOption();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Progress progress = new Progress(System.err::println, System::nanoTime);
        Prover.Proof proof =
                new Prover(deployment.config(false), progress).prove(requestId, wait.limit());
        System.out.println(
                json ? proof.json() : proof.json().toPrettyString() + "\n" + proof.verdict());
        return proof.verified() ? 0 : AuditProgram.DIFFERS;
    }
}
