package io.millrace.job.deploy;

import io.millrace.chain.deploy.DeployException;
import io.millrace.chain.deploy.Deployer;
import io.millrace.chain.deploy.Ledger;
import io.millrace.chain.submit.FileKeySigner;
import io.millrace.job.JobArguments;
import io.millrace.job.JobOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;

/**
 * Deploys the contracts and puts models on sale, on any chain: run from the job's jar with Flink's
 * own on the class path, with the job's options and those of {@link DeployOptions}, {@link
 * JobArguments}. Prints the options that the job still lacks, once they are final. A run that was
 * cut short goes on when it is started again; after that, another prints the same and does nothing.
 */
public final class DeployMain {

    private static final String OUT = "out";
    private static final String USAGE =
            "usage: java -cp 'FLINK/lib/*:millrace-jobs.jar' io.millrace.job.deploy.DeployMain"
                    + " [--out FILE] [--config FILE,...] [--key value]...";

    private DeployMain() {}

    /** Exits with 0 once everything is deployed and final. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length == 0) {
            err.println(USAGE);
            return 2;
        }
        try {
            Map<String, String> options = new LinkedHashMap<>(JobArguments.parse(args));
            String file = options.remove(OUT);
            String found = deploy(DeployConfig.fromMap(options), err);
            out.print(found);
            if (file != null) {
                Files.writeString(Path.of(file), found);
            }
            return 0;
        } catch (DeployException | IllegalArgumentException | IOException e) {
            err.println(e.getMessage() == null ? e : e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static String deploy(DeployConfig config, PrintStream err)
            throws IOException, DeployException, InterruptedException {
        FileKeySigner signer = FileKeySigner.read(config.keyFile(), "the deployer");
        Deployer deployer =
                new Deployer(
                        config.access(), signer, config.firstNonce(), config.terms(), err::println);
        requireSame(config.named(), JobOptions.VAULT_ADDRESS, deployer.ledger().vault());
        requireSame(config.named(), JobOptions.REGISTRY_ADDRESS, deployer.ledger().registry());
        Ledger ledger = deployer.deploy();
        deployer.list(config.models());
        deployer.handOver();
        deployer.awaitFinal();
        String hash = deployer.vaultCodeHash();
        requireSame(config.named(), JobOptions.VAULT_CODE_HASH, hash);
        return """
        # deployed by %s; the vault names its tribunal %s, and that the registry of providers %s
        %s: %d
        %s: %s
        %s: %s
        %s: %s
        """
                .formatted(
                        signer.address(),
                        ledger.tribunal(),
                        ledger.providers(),
                        JobOptions.CHAIN_START_BLOCK.key(),
                        deployer.startBlock(),
                        JobOptions.VAULT_ADDRESS.key(),
                        ledger.vault(),
                        JobOptions.VAULT_CODE_HASH.key(),
                        hash,
                        JobOptions.REGISTRY_ADDRESS.key(),
                        ledger.registry());
    }

    /** Options that name another ledger are not those of this one. */
    private static void requireSame(
            Map<String, String> named, ConfigOption<String> option, String found) {
        String recorded = named.getOrDefault(option.key(), found);
        if (!recorded.equalsIgnoreCase(found)) {
            throw new IllegalArgumentException(
                    ("--%s is %s, but this key's is %s: take the option out for a new ledger, or"
                                    + " give the key and the nonce of that one")
                            .formatted(option.key(), recorded, found));
        }
    }
}
