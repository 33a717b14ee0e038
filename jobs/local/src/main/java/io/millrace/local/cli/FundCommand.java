package io.millrace.local.cli;

import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.Wallet;
import io.millrace.unit.EvmAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes a requester of any address, but for the deposit, which is its own to make. */
@Command(
        name = "fund",
        description =
                "Sends an address gas money and 100 test dollars on the stack's L2, enough for a"
                        + " new requester to deposit.",
        mixinStandardHelpOptions = true)
final class FundCommand implements Callable<Integer> {

    @Mixin private FolderOption folder = new FolderOption();

    @Parameters(paramLabel = "ADDRESS", description = "0x and 40 hexadecimal digits.")
    private String address = "";

    @Override
    public Integer call() throws Exception {
        Logs.toStandardError();
        String to = EvmAddress.canonical(address);
        StackFile stack = StackFile.read(folder.path());
        try (Wallet deployer = Wallet.ofDeployer(stack, folder.path())) {
            deployer.fund(to);
        }
        Console.open(false)
                .line(
                        to
                                + " has 1 ETH more for gas and 100 test dollars more of token "
                                + stack.token()
                                + "; approve vault "
                                + stack.vault()
                                + " for them, then deposit");
        return 0;
    }
}
