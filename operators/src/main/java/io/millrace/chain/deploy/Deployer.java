package io.millrace.chain.deploy;

import io.millrace.chain.deploy.Creations.Contract;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.JsonRpcVaultClient;
import io.millrace.chain.submit.Signer;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.fee.FeePolicy;
import io.millrace.contracts.ModelRegistry;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.web3j.abi.EventEncoder;
import org.web3j.protocol.core.RemoteFunctionCall;

/**
 * Deploys a ledger's contracts and puts models on sale. Every step asks the chain first whether it
 * is done, so the whole can be cut short anywhere and run again. One process at a time with a key
 * that nothing else uses: the addresses follow from its nonces.
 */
public final class Deployer {

    private static final byte[] ADMIN = new byte[32];
    private static final byte[] NO_EVIDENCE = new byte[32];
    private static final int PROPOSED = 1;
    private static final int ACTIVE = 2;
    private static final String ROLE_GRANTED = EventEncoder.encode(ModelRegistry.ROLEGRANTED_EVENT);

    private final String deployer;
    private final Creations creations;
    private final Ledger ledger;
    private final LedgerTerms terms;
    private final Access access;
    private final VaultClient chain;
    private final DeployNode node;
    private final TermsCheck check;
    private final DeploySender sender;
    private final Consumer<String> progress;

    /**
     * How the chain is reached, and what may be paid there.
     *
     * @param endpoints of nodes, in order of preference
     * @param maxGas of a transaction
     * @param pollMillis between two looks at the chain
     */
    public record Access(
            List<String> endpoints,
            long chainId,
            Finality finality,
            FeePolicy fees,
            long maxGas,
            long pollMillis) {

        private static final long TIMEOUT_MILLIS = 10_000;

        /** Until a transaction that waits is replaced by a dearer one. */
        private static final long PATIENCE_MILLIS = 60_000;

        private L2Connection to(Ledger ledger) {
            return new L2Connection(
                    endpoints, ledger.vault(), ledger.registry(), finality, TIMEOUT_MILLIS);
        }

        private int polls() {
            return (int) Math.max(1, PATIENCE_MILLIS / pollMillis);
        }
    }

    /**
     * A deployment that begins at nonce {@code firstNonce} of the signer. Nothing is asked yet.
     *
     * @param progress is told each step that was done
     */
    public Deployer(
            Access access,
            Signer signer,
            long firstNonce,
            LedgerTerms terms,
            Consumer<String> progress)
            throws IOException {
        this.access = access;
        this.terms = terms;
        this.progress = progress;
        this.deployer = signer.address();
        this.creations = new Creations(terms, deployer, firstNonce);
        this.ledger = creations.ledger();
        L2Connection connection = access.to(ledger);
        this.chain = JsonRpcVaultClient.over(connection).open();
        this.node = new DeployNode(connection);
        this.check = new TermsCheck(node, terms, creations);
        this.sender =
                new DeploySender(
                        chain,
                        node,
                        signer,
                        new DeploySender.Limits(
                                access.chainId(),
                                access.fees(),
                                access.maxGas(),
                                access.pollMillis(),
                                access.polls()),
                        progress);
    }

    /** Where the contracts are, or will be. */
    public Ledger ledger() {
        return ledger;
    }

    /** Creates the contracts that are not there, and holds all of them to the terms. */
    public Ledger deploy() throws IOException, DeployException, InterruptedException {
        requireChain();
        for (Contract contract : Creations.ORDER) {
            create(contract);
            check.require(contract);
        }
        return ledger;
    }

    private void requireChain() throws RpcException, DeployException {
        long found = chain.chainId();
        if (found != access.chainId()) {
            throw new DeployException(
                    "the node follows chain %d, --chain.id is %d: name a node of that chain"
                            .formatted(found, access.chainId()));
        }
    }

    private void create(Contract contract)
            throws IOException, DeployException, InterruptedException {
        String address = creations.address(contract);
        if (node.hasCode(address)) {
            progress.accept("%s is at %s already".formatted(contract, address));
            return;
        }
        long next = chain.nonce(deployer);
        long nonce = creations.nonceOf(contract);
        if (next != nonce) {
            throw new DeployException(
                    ("nonce %d of %s would create the %s, but its next one is %d: give a key that"
                                    + " has sent nothing yet, or --deploy.first.nonce %d for new"
                                    + " contracts")
                            .formatted(nonce, deployer, contract, next, next));
        }
        sender.send(
                new DeploySender.Call(
                        "%s created at %s".formatted(contract, address),
                        nonce,
                        "",
                        creations.code(contract)),
                () -> node.hasCode(address));
    }

    /** Puts models on sale that are not yet: registered, and active. */
    public void list(List<ModelTerms> models)
            throws IOException, DeployException, InterruptedException {
        for (ModelTerms model : models) {
            byte[] id = Hex.decode(model.id(), 32);
            if (status(id) < PROPOSED) {
                takeRole("PUBLISHER_ROLE");
                call(
                        "model %s registered".formatted(model.manifestUri()),
                        TermsCheck.REGISTRY.register(
                                id,
                                BigInteger.valueOf(model.priceNanoPerMillion()),
                                model.manifestUri()),
                        () -> status(id) >= PROPOSED);
            }
            if (status(id) < ACTIVE) {
                takeRole("EVALUATOR_ROLE");
                call(
                        "model %s active".formatted(model.manifestUri()),
                        TermsCheck.REGISTRY.activate(id, NO_EVIDENCE),
                        () -> status(id) >= ACTIVE);
            }
            if (status(id) > ACTIVE) {
                throw new DeployException(
                        "model %s is revoked for ever: take it out of the models to be sold"
                                .formatted(model.id()));
            }
        }
    }

    /** Gives the vault's admin the registry too, who may then dismiss the deployer. */
    public void handOver() throws IOException, DeployException, InterruptedException {
        String admin = terms.roles().admin();
        if (!hasRole(ADMIN, admin) && hasRole(ADMIN, deployer)) {
            call(
                    "registry handed to " + admin,
                    TermsCheck.REGISTRY.grantRole(ADMIN, admin),
                    () -> hasRole(ADMIN, admin));
        }
    }

    /** Returns once all of it is final, and nothing can undo it; tells how far that is. */
    public void awaitFinal() throws RpcException, InterruptedException {
        FinalityWait wait =
                new FinalityWait(chain.latestBlock().number(), progress, System.nanoTime());
        while (!wait.isOver(chain.finalBlock().number(), System.nanoTime())) {
            TimeUnit.MILLISECONDS.sleep(access.pollMillis());
        }
    }

    /** keccak256 of the vault's code, 0x-hex. */
    public String vaultCodeHash() throws RpcException {
        return chain.vaultCodeHash();
    }

    /** The block in which the first of the contracts was created. */
    public long startBlock() throws RpcException, DeployException {
        List<String> topics =
                List.of(ROLE_GRANTED, Hex.encode(ADMIN), Hex.encode(EvmAddress.toWord(deployer)));
        return node.blockOf(
                        ledger.registry(),
                        topics,
                        deployer,
                        creations.nonceOf(Contract.REGISTRY),
                        chain.latestBlock().number())
                .orElseThrow(
                        () ->
                                new DeployException(
                                        "the node has no log of the registry at %s: name one that"
                                                        .formatted(ledger.registry())
                                                + " keeps the logs of its deployment"));
    }

    private void takeRole(String name) throws IOException, DeployException, InterruptedException {
        byte[] role = Keccak.hashUtf8(name);
        if (!hasRole(role, deployer)) {
            call(
                    "%s has %s".formatted(deployer, name),
                    TermsCheck.REGISTRY.grantRole(role, deployer),
                    () -> hasRole(role, deployer));
        }
    }

    private void call(String what, RemoteFunctionCall<?> call, DeploySender.Shown shown)
            throws IOException, DeployException, InterruptedException {
        sender.send(
                new DeploySender.Call(
                        what, chain.nonce(deployer), ledger.registry(), call.encodeFunctionCall()),
                shown);
    }

    private int status(byte[] model) throws RpcException {
        Object status = node.view(ledger.registry(), TermsCheck.REGISTRY.modelOf(model)).get(1);
        return ((BigInteger) status).intValueExact();
    }

    private boolean hasRole(byte[] role, String account) throws RpcException {
        return (Boolean)
                node.view(ledger.registry(), TermsCheck.REGISTRY.hasRole(role, account)).get(0);
    }
}
