package io.millrace.chain.submit;

import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import java.io.IOException;
import java.math.BigInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must hold before anything is signed: the right chain, the vault's own code, its token, a
 * signer that may settle and can pay, and an epoch log that goes at least as far as the vault and
 * the journal do. Submitter's thread only.
 */
final class StartGuard {

    private static final Logger LOG = LoggerFactory.getLogger(StartGuard.class);

    private final SubmitContext context;
    private final VaultClient chain;
    private final VaultIdentity expected;
    private final SubmissionHistory history;
    private final ChainView view;

    StartGuard(SubmitContext context, SubmissionHistory history, ChainView view) {
        this.context = context;
        this.chain = context.chain();
        this.expected = context.options().vault();
        this.history = history;
        this.view = view;
    }

    /**
     * Refuses to begin on wrong ground.
     *
     * @throws RpcException if the node, or Kafka, gives no answer now
     */
    void check() throws RpcException, SettlementHaltedException {
        checkVault();
        checkSigner();
        checkLog();
    }

    private void checkVault() throws RpcException, SettlementHaltedException {
        long chainId = chain.chainId();
        if (chainId != expected.chainId()) {
            throw new SettlementHaltedException(
                    Reason.WRONG_CHAIN,
                    ("the L2 node follows chain %d but --chain.id is %d; correct"
                                    + " the endpoint or the chain id")
                            .formatted(chainId, expected.chainId()));
        }
        String codeHash = chain.vaultCodeHash();
        if (codeHash.equals(VaultClient.NO_CODE)) {
            throw new SettlementHaltedException(
                    Reason.WRONG_CHAIN,
                    ("there is no contract at --vault.address %s on chain %d;"
                                    + " correct the address, or deploy the vault")
                            .formatted(chain.vault(), chainId));
        }
        if (!codeHash.equals(expected.codeHash())) {
            throw new SettlementHaltedException(
                    Reason.WRONG_CHAIN,
                    ("the contract at --vault.address %s has code of hash %s but"
                                    + " --vault.code.hash is %s; check that it is your vault, then"
                                    + " correct whichever is wrong")
                            .formatted(chain.vault(), codeHash, expected.codeHash()));
        }
        String token = chain.token();
        if (!token.equals(expected.token())) {
            throw new SettlementHaltedException(
                    Reason.WRONG_CHAIN,
                    ("vault %s pays in token %s but --token.address is %s; correct"
                                    + " whichever is wrong")
                            .formatted(chain.vault(), token, expected.token()));
        }
    }

    private void checkSigner() throws RpcException, SettlementHaltedException {
        String signer = context.signer().address();
        if (!chain.isSettler(signer)) {
            throw new SettlementHaltedException(
                    Reason.SIGNER_UNFIT,
                    ("signer %s does not have SETTLER_ROLE of vault %s; configure a"
                                    + " settler's key, or announce this one and grant it the role"
                                    + " after SETTLER_NOTICE")
                            .formatted(signer, chain.vault()));
        }
        BigInteger balanceWei = chain.balanceWei(signer);
        context.metrics().balance(balanceWei, context.options().lowBalanceWei());
        // A signer that has worked before may have run dry: then the part waits for funds, loudly.
        if (balanceWei.signum() == 0 && history.isEmpty()) {
            throw new SettlementHaltedException(
                    Reason.SIGNER_UNFIT,
                    ("signer %s has 0 wei on chain %d and cannot pay for gas; send"
                                    + " it native currency")
                            .formatted(signer, expected.chainId()));
        }
        LOG.info("settling into vault {} as {}, {} wei", chain.vault(), signer, balanceWei);
    }

    /**
     * Whatever the vault or the journal holds of ours was committed to the log before. They are
     * read first, so the log cannot be shorter than what they show, however much is added to it.
     */
    private void checkLog() throws RpcException, SettlementHaltedException {
        view.refresh();
        VaultHead head = chain.head(view.finalBlock());
        SealedPart last;
        try {
            last = context.log().newest().orElse(null);
        } catch (IOException e) {
            throw RpcException.unreachable("reading the epoch log", "Kafka", e);
        }
        long epoch = last == null ? 0 : last.header().epoch();
        int part = last == null ? 0 : last.header().part();
        String end =
                last == null
                        ? "the epoch log is empty"
                        : "the epoch log ends with " + place(epoch, part, last.hash());
        String settled = "the vault has settled " + place(head.epoch(), head.part(), head.header());
        if (isAfter(head.epoch(), head.part(), epoch, part)) {
            throw logShort(settled, end);
        }
        boolean differs = last != null && !head.header().equals(last.hash());
        if (differs && head.epoch() == epoch && head.part() == part) {
            throw new SettlementHaltedException(
                    Reason.DIVERGED,
                    ("%s but %s; revoke the SETTLER_ROLE of whoever holds the settler's key,"
                                    + " or restore the topics if they are of an older copy")
                            .formatted(settled, end));
        }
        SettlementRecord signed = history.newest();
        if (signed != null && isAfter(signed.epoch(), signed.part(), epoch, part)) {
            throw logShort(
                    "the journal has signed "
                            + place(signed.epoch(), signed.part(), signed.header()),
                    end);
        }
    }

    private static SettlementHaltedException logShort(String further, String end) {
        return new SettlementHaltedException(
                Reason.LOG_SHORT,
                ("%s but %s; point the job to the log of this vault, or bring the"
                                + " lost records back from a replica, then run millrace recover")
                        .formatted(further, end));
    }

    private static boolean isAfter(long epoch, int part, long otherEpoch, int otherPart) {
        return epoch > otherEpoch || (epoch == otherEpoch && part > otherPart);
    }

    private static String place(long epoch, int part, String header) {
        return "epoch " + epoch + " part " + part + " (" + header + ")";
    }
}
