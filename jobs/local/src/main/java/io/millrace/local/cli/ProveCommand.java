package io.millrace.local.cli;

import io.millrace.contracts.SettlementVault;
import io.millrace.local.client.ReceiptProof;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.StackFile;
import io.millrace.unit.Hex;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Proves one charge on chain. */
@Command(
        name = "prove",
        description = "Finds the receipt of a request, prints its proof, has the vault verify it.",
        mixinStandardHelpOptions = true)
final class ProveCommand implements Callable<Integer> {

    @Mixin private FolderOption folder = new FolderOption();

    @Parameters(paramLabel = "REQUEST_ID", description = "0x and 64 hexadecimal digits.")
    private String requestId = "";

    @Option(names = "--json", description = "Last line of standard output: the proof as JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Logs.toStandardError();
        Console console = Console.open(json);
        String id = Hex.encode(Hex.decode(requestId.toLowerCase(Locale.ROOT), 32));
        StackFile stack = StackFile.read(folder.path());
        try (EvmSession session = new EvmSession(stack.rpcUrl(), stack.chainId())) {
            SettlementVault vault = session.vault(stack.vault());
            ReceiptProof proof =
                    ReceiptProof.find(stack, vault.SHARD_DEPTH().send().intValueExact(), id);
            console.line(proof.toJson().toPrettyString());
            boolean verified = proof.verify(vault);
            console.line(
                    (verified ? "The vault confirms: in epoch " : "THE VAULT DENIES: in epoch ")
                            + proof.receipt().epoch()
                            + ", "
                            + proof.receipt().charge().debitNano()
                            + " nano-USD for request "
                            + id);
            console.result(proof.toJson().put("verified", verified));
            return verified ? 0 : ExitCode.DIFFERS;
        }
    }
}
