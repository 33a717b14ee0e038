package io.millrace.chain.deploy;

import io.millrace.chain.deploy.Creations.Contract;
import io.millrace.chain.rpc.RpcErrorKind;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.rpc.Wrappers;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.Tribunal;
import io.millrace.unit.EvmAddress;
import java.math.BigInteger;
import org.web3j.protocol.core.RemoteFunctionCall;

/**
 * Compares what cannot change in a ledger's contracts with the terms: those of a run before this
 * one, or contracts that are none of ours.
 */
final class TermsCheck {

    static final ModelRegistry REGISTRY = Wrappers.unbound(ModelRegistry::load);
    private static final SettlementVault VAULT = Wrappers.unbound(SettlementVault::load);
    private static final ProviderRegistry PROVIDERS = Wrappers.unbound(ProviderRegistry::load);
    private static final Tribunal TRIBUNAL = Wrappers.unbound(Tribunal::load);

    private final DeployNode node;
    private final LedgerTerms terms;
    private final Creations ledger;

    TermsCheck(DeployNode node, LedgerTerms terms, Creations ledger) {
        this.node = node;
        this.terms = terms;
        this.ledger = ledger;
    }

    /** Throws, naming the first term of a contract that is not as it is wanted. */
    void require(Contract contract) throws RpcException, DeployException {
        switch (contract) {
            case REGISTRY -> {
                LedgerTerms.Prices prices = terms.prices();
                same(contract, "PRICE_NOTICE", REGISTRY.PRICE_NOTICE(), prices.noticeSeconds());
                same(contract, "MAX_PRICE", REGISTRY.MAX_PRICE(), prices.maxNanoPerMillion());
            }
            case VAULT -> requireVault();
            case PROVIDERS -> {
                long notice = terms.court().signerNoticeSeconds();
                same(contract, "VAULT", PROVIDERS.VAULT(), ledger.address(Contract.VAULT));
                same(contract, "SIGNER_NOTICE", PROVIDERS.SIGNER_NOTICE(), notice);
            }
            case TRIBUNAL -> {
                LedgerTerms.Court court = terms.court();
                same(contract, "VAULT", TRIBUNAL.VAULT(), ledger.address(Contract.VAULT));
                same(contract, "REGISTRY", TRIBUNAL.REGISTRY(), ledger.address(Contract.REGISTRY));
                same(
                        contract,
                        "PROVIDERS",
                        TRIBUNAL.PROVIDERS(),
                        ledger.address(Contract.PROVIDERS));
                same(contract, "RESPONSE", TRIBUNAL.RESPONSE(), court.responseSeconds());
                same(contract, "DEPOSIT", TRIBUNAL.DEPOSIT(), court.depositWei());
            }
        }
    }

    private void requireVault() throws RpcException, DeployException {
        LedgerTerms.Bond bond = terms.bond();
        same(Contract.VAULT, "token", VAULT.token(), terms.token());
        same(Contract.VAULT, "TRIBUNAL", VAULT.TRIBUNAL(), ledger.address(Contract.TRIBUNAL));
        same(Contract.VAULT, "SHARD_DEPTH", VAULT.SHARD_DEPTH(), terms.shardDepth());
        same(
                Contract.VAULT,
                "MIN_FIRST_DEPOSIT",
                VAULT.MIN_FIRST_DEPOSIT(),
                terms.minFirstDepositNano());
        same(Contract.VAULT, "BUCKET", VAULT.BUCKET(), bond.bucketSeconds());
        same(Contract.VAULT, "COVER", VAULT.COVER(), bond.cover());
        same(Contract.VAULT, "FINE_NANO", VAULT.FINE_NANO(), bond.fineNano());
    }

    private void same(Contract contract, String term, RemoteFunctionCall<?> call, Object wanted)
            throws RpcException, DeployException {
        String address = ledger.address(contract);
        String found;
        try {
            found = text(node.view(address, call).get(0));
        } catch (RpcException e) {
            if (!e.isRevert() && e.kind() != RpcErrorKind.INVALID) {
                throw e;
            }
            throw new DeployException(
                    ("the contract at %s is no %s, as it does not know %s: give a key that has"
                                    + " sent nothing yet, or its next nonce as"
                                    + " --deploy.first.nonce")
                            .formatted(address, contract, term));
        }
        if (!found.equals(text(wanted))) {
            throw new DeployException(
                    ("%s of the %s at %s is %s, not %s, for ever: put the options back, or deploy"
                                    + " another ledger with a new key")
                            .formatted(term, contract, address, found, text(wanted)));
        }
    }

    private static String text(Object value) {
        return value instanceof String address
                ? EvmAddress.canonical(address)
                : new BigInteger(value.toString()).toString();
    }
}
