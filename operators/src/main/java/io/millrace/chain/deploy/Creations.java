package io.millrace.chain.deploy;

import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.Tribunal;
import io.millrace.unit.EvmAddress;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.ContractUtils;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.RemoteCall;
import org.web3j.tx.TransactionManager;

/**
 * What makes the contracts of a ledger: one transaction each, with the deployer's nonces in a row.
 * Vault and tribunal name each other, so where each will be is known before it is there.
 */
final class Creations {

    /** Of their nonces. */
    static final List<Contract> ORDER =
            List.of(Contract.REGISTRY, Contract.VAULT, Contract.PROVIDERS, Contract.TRIBUNAL);

    /** The contracts. */
    enum Contract {
        REGISTRY("model registry"),
        VAULT("vault"),
        PROVIDERS("registry of providers"),
        TRIBUNAL("tribunal");

        private final String text;

        Contract(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** The wrappers give their bytes to a transaction manager, which here needs no node. */
    private static final @Nullable Web3j NO_NODE = null;

    private final LedgerTerms terms;
    private final String deployer;
    private final long firstNonce;

    Creations(LedgerTerms terms, String deployer, long firstNonce) {
        this.terms = terms;
        this.deployer = deployer;
        this.firstNonce = firstNonce;
    }

    long nonceOf(Contract contract) {
        return firstNonce + ORDER.indexOf(contract);
    }

    String address(Contract contract) {
        return EvmAddress.canonical(
                ContractUtils.generateContractAddress(
                        deployer, BigInteger.valueOf(nonceOf(contract))));
    }

    Ledger ledger() {
        return new Ledger(
                address(Contract.VAULT),
                address(Contract.REGISTRY),
                address(Contract.PROVIDERS),
                address(Contract.TRIBUNAL));
    }

    /** The bytes that create a contract when they are sent to nobody, 0x-hex. */
    String code(Contract contract) {
        CapturedCreation sender = new CapturedCreation(deployer);
        RemoteCall<?> creation =
                switch (contract) {
                    case REGISTRY -> registry(sender);
                    case VAULT -> vault(sender);
                    case PROVIDERS ->
                            ProviderRegistry.deploy(
                                    NO_NODE,
                                    sender,
                                    CapturedCreation.NO_GAS,
                                    address(Contract.VAULT),
                                    number(terms.court().signerNoticeSeconds()));
                    case TRIBUNAL -> tribunal(sender);
                };
        return sender.codeOf(creation);
    }

    private RemoteCall<ModelRegistry> registry(TransactionManager sender) {
        return ModelRegistry.deploy(
                NO_NODE,
                sender,
                CapturedCreation.NO_GAS,
                deployer, // puts the models on sale
                number(terms.prices().noticeSeconds()),
                number(terms.prices().maxNanoPerMillion()),
                number(terms.prices().feeBasisPoints()));
    }

    private RemoteCall<SettlementVault> vault(TransactionManager sender) {
        LedgerTerms.Roles roles = terms.roles();
        LedgerTerms.Bond bond = terms.bond();
        return SettlementVault.deploy(
                NO_NODE,
                sender,
                CapturedCreation.NO_GAS,
                terms.token(),
                number(terms.shardDepth()),
                number(terms.minFirstDepositNano()),
                roles.admin(),
                roles.settler(),
                roles.guardian(),
                roles.treasury(),
                new SettlementVault.BondTerms(
                        address(Contract.TRIBUNAL),
                        number(bond.bucketSeconds()),
                        number(bond.cover()),
                        number(bond.fineNano())));
    }

    private RemoteCall<Tribunal> tribunal(TransactionManager sender) {
        return Tribunal.deploy(
                NO_NODE,
                sender,
                CapturedCreation.NO_GAS,
                address(Contract.VAULT),
                address(Contract.REGISTRY),
                address(Contract.PROVIDERS),
                number(terms.court().responseSeconds()),
                terms.court().depositWei());
    }

    private static BigInteger number(long value) {
        return BigInteger.valueOf(value);
    }
}
