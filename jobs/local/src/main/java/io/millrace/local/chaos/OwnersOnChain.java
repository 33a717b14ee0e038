package io.millrace.local.chaos;

import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.local.stack.Wallet;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.nio.file.Path;

/** With the keys of a stack, on its L2. */
record OwnersOnChain(LocalStack stack) implements Owners {

    private static final BigInteger DEPOSIT = BigInteger.valueOf(250_000);
    private static final BigInteger WITHDRAWAL_NANO = BigInteger.valueOf(3_000_000);

    @Override
    public void deposit(Account requester) throws Exception {
        try (Wallet payer = Wallet.ofPublisher(stack)) {
            payer.token().mint(payer.address(), DEPOSIT).send();
            payer.token().approve(stack.file().vault(), DEPOSIT).send();
            payer.vault().depositFor(requester.address(), DEPOSIT).send();
        }
    }

    @Override
    public void ask(Account requester) throws Exception {
        try (Wallet owner = wallet(requester)) {
            owner.vault().requestWithdrawal(WITHDRAWAL_NANO).send();
        }
    }

    @Override
    public void take(Account requester) throws Exception {
        try (Wallet owner = wallet(requester)) {
            owner.vault().takeReleased(owner.address()).send();
        }
    }

    @Override
    public void announce(long priceNanoPerMillion) throws Exception {
        try (Wallet publisher = Wallet.ofPublisher(stack)) {
            byte[] model = Hex.decode(stack.file().model(), 32);
            publisher.registry().setPrice(model, BigInteger.valueOf(priceNanoPerMillion)).send();
        }
    }

    @Override
    public Withdrawal withdrawal(Account requester) throws Exception {
        StackFile file = stack.file();
        try (EvmSession chain = new EvmSession(file.rpcUrl(), file.chainId())) {
            var account =
                    chain.vault(file.vault())
                            .spendingAccount(BigInteger.valueOf(requester.account()))
                            .send();
            return new Withdrawal(
                    account.component3().signum() > 0, account.component4().signum() > 0);
        }
    }

    private Wallet wallet(Account requester) throws Exception {
        return Wallet.open(stack.file(), Path.of(requester.keyFile()));
    }
}
