package io.millrace.local.stack;

import io.millrace.local.stack.StackFile.Account;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The job's options as a local stack gives them: short epochs, so that one can be watched. */
final class StackJobOptions {

    private StackJobOptions() {}

    /** A new map, open to changes. */
    static Map<String, String> of(
            String bootstrapServers,
            String rpcUrl,
            Deployment.Contracts contracts,
            List<Account> providers,
            Path models,
            int priceNoticeSeconds) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("kafka.bootstrap.servers", bootstrapServers);
        options.put("chain.rpc.urls", rpcUrl);
        options.put("chain.id", Long.toString(Anvil.CHAIN_ID));
        options.put("chain.start.block", Long.toString(contracts.startBlock()));
        options.put("chain.finality", "finalized");
        options.put("vault.address", contracts.vault());
        options.put("vault.code.hash", contracts.vaultCodeHash());
        options.put("token.address", contracts.token());
        options.put("registry.address", contracts.registry());
        options.put("settle.signer.key.file", contracts.settlerKey().toString());
        options.put(
                "provider.accounts",
                joined(providers, provider -> Integer.toString(provider.account())));
        options.put("provider.key.files", joined(providers, Account::keyFile));
        options.put("models.dir", models.toString());
        options.put("chain.poll.interval", "500 ms");
        // A price that was announced in a block not read yet counts no sooner than that.
        options.put("admit.max.chain.age", priceNoticeSeconds * 3 / 4 + " s");
        options.put("kafka.tick.interval", "1 s");
        options.put(
                "parallelism.infer",
                Integer.toString(Math.max(FlinkCluster.PARALLELISM, providers.size())));
        options.put("settle.shard.depth", Integer.toString(Deployment.SHARD_DEPTH));
        options.put("epoch.cut.every.checkpoints", "3");
        options.put("settle.dust.min.nano", "1000");
        options.put("settle.dust.max.cuts", "2");
        return options;
    }

    private static String joined(List<Account> accounts, Function<Account, String> part) {
        return accounts.stream().map(part).collect(Collectors.joining(";"));
    }
}
