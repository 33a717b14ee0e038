package io.millrace.job.recover;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.event.JsonRpcEventChain;
import io.millrace.chain.event.VaultEvents;
import io.millrace.chain.rpc.Patience;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.JsonRpcVaultClient;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.VaultHead;
import io.millrace.job.JobConfig;
import java.io.IOException;
import java.util.function.Consumer;

/** The vault that the job is configured for, by its nodes. */
record VaultChain(JobConfig.Chain config, VaultClient vault) implements LedgerChain {

    private static final long NODE_PAUSE_MILLIS = 200;

    /** A single refusal must not end what may have taken an hour; half a minute of them does. */
    private static final Patience PATIENCE = Patience.withAll(9, NODE_PAUSE_MILLIS);

    /**
     * Asks the nodes whether it is there.
     *
     * @throws RecoverException if they follow another chain, or other code is at its address
     */
    static VaultChain open(JobConfig.Chain config) throws RpcException {
        VaultClient vault = JsonRpcVaultClient.over(config.connection()).open();
        long expected = config.domain().chainId();
        long found = PATIENCE.of(vault::chainId);
        if (found != expected) {
            throw new RecoverException(
                    "the L2 node follows chain %d but chain %d is configured; correct the endpoint"
                            .formatted(found, expected));
        }
        String codeHash = PATIENCE.of(vault::vaultCodeHash);
        if (!codeHash.equals(config.vault().codeHash())) {
            throw new RecoverException(
                    ("the code at the vault's address %s hashes to %s but %s is"
                                    + " configured; correct the address or vault.code.hash")
                            .formatted(vault.vault(), codeHash, config.vault().codeHash()));
        }
        return new VaultChain(config, vault);
    }

    @Override
    public long finalBlock() throws RpcException {
        return PATIENCE.of(vault::finalBlock).number();
    }

    @Override
    public void events(long to, Consumer<VaultEvent> events) throws IOException {
        VaultEvents.between(
                JsonRpcEventChain.over(config.connection()).open(),
                config.logsCheck(),
                config.startBlock(),
                to,
                NODE_PAUSE_MILLIS,
                events);
    }

    @Override
    public LedgerChecks.VaultRecord latest() throws RpcException {
        L2Block latest = PATIENCE.of(vault::latestBlock);
        return new LedgerChecks.VaultRecord() {
            @Override
            public VaultHead head() throws RpcException {
                return PATIENCE.of(() -> vault.head(latest));
            }

            @Override
            public String headerOf(long epoch, int part) throws RpcException {
                return PATIENCE.of(() -> vault.headerOf(epoch, part, latest));
            }
        };
    }
}
