package io.millrace.local.cheat;

import io.millrace.audit.Books;
import io.millrace.contracts.SettlementVault;
import io.millrace.local.cheat.Settler.Posted;
import io.millrace.local.client.ReceiptProof;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.Wallet;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.unit.Eip712Domain;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.web3j.protocol.core.methods.response.TransactionReceipt;

/** Cheats of which no charge is false: each has another remedy, and some of them take days. */
final class SlowTrial {

    /** Of the test dollars, and a whole number of the token's base units. */
    private static final long ASKED_NANO = 5_000_000_000L;

    private static final BigInteger GAS_MONEY_WEI = BigInteger.TEN.pow(21);

    private final Stage stage;
    private final Callable<Books> audit;

    SlowTrial(Stage stage, Callable<Books> audit) {
        this.stage = stage;
        this.audit = audit;
    }

    /** Settles what {@code cheat} says, and does what the contracts leave to the victim. */
    Verdict run(Cheat cheat) throws Exception {
        return switch (cheat.remedy()) {
            case OWN_HATCH -> ignored(cheat);
            case SUCCESSOR -> halfPosted(cheat);
            case BOND, EARNINGS ->
                    throw new IllegalArgumentException(cheat + " is the watcher's to find");
        };
    }

    private Verdict ignored(Cheat cheat) throws Exception {
        long start = System.nanoTime();
        Party victim = stage.victimOf(cheat);
        SettlementVault vault = stage.vault();
        List<String> story = new ArrayList<>();
        try (Wallet owner = stage.walletOf(victim)) {
            TransactionReceipt asked =
                    owner.vault().requestWithdrawal(BigInteger.valueOf(ASKED_NANO)).send();
            story.add(
                    "asked: %,d nano-USD in %s".formatted(ASKED_NANO, asked.getTransactionHash()));
            Posted posted = stage.settler().post(stage.draft(cheat));
            story.add(settled(posted) + ", and releases nothing");
            Duration wait = Duration.ofSeconds(vault.ESCAPE_AFTER().send().longValueExact());
            stage.session().pass(wait);
            Posted late = stage.settler().postNothing(stage.settler().key());
            story.add(
                    "%d days later epoch %d keeps the hatch of all others shut"
                            .formatted(wait.toDays(), late.epoch().number()));
            String line = Stage.lineOf(audit, "withdrawals-answered");
            story.add("audit: withdrawals-answered, " + line);
            BigInteger before = owner.token().balanceOf(victim.address()).send();
            story.add("victim before: %s base units of the token".formatted(before));
            TransactionReceipt left = owner.vault().escape(victim.address()).send();
            BigInteger after = owner.token().balanceOf(victim.address()).send();
            long gas = left.getGasUsed().longValueExact();
            story.add("left: %s, %,d gas".formatted(left.getTransactionHash(), gas));
            story.add("victim after:  %s base units of the token".formatted(after));
            long paidNano = after.subtract(before).multiply(vault.SCALE().send()).longValueExact();
            return new Verdict(
                    cheat,
                    paidNano == ASKED_NANO && line.contains("is in no epoch"),
                    0,
                    paidNano,
                    BondTrial.seconds(System.nanoTime() - start),
                    gas,
                    story);
        }
    }

    private Verdict halfPosted(Cheat cheat) throws Exception {
        long start = System.nanoTime();
        SettlementVault vault = stage.vault();
        List<String> story = new ArrayList<>();
        Posted posted = stage.settler().post(stage.draft(cheat));
        var head = vault.head().send();
        boolean isHalf = head.component3().add(BigInteger.ONE).compareTo(head.component4()) < 0;
        story.add(
                "%s; it is part %s of %s, and no epoch can follow"
                        .formatted(settled(posted), head.component3(), head.component4()));
        Path key = stage.directory().resolve("keys/successor");
        String address = KeyFile.generate(key);
        stage.session().setBalance(address, GAS_MONEY_WEI);
        try (Wallet admin = Wallet.ofDeployer(stage.stack(), stage.directory());
                Wallet successor = Wallet.open(stage.stack(), key)) {
            admin.vault().announceSettler(address).send();
            Duration notice = Duration.ofSeconds(vault.SETTLER_NOTICE().send().longValueExact());
            stage.session().pass(notice);
            admin.vault().grantRole(vault.SETTLER_ROLE().send(), address).send();
            TransactionReceipt ended = successor.vault().voidRemainder().send();
            long gas = ended.getGasUsed().longValueExact();
            story.add(
                    "%d days later the settler %s, announced before, ends it in %s, %,d gas"
                            .formatted(notice.toDays(), address, ended.getTransactionHash(), gas));
            Posted next = stage.settler().postNothing(successor);
            story.add("epoch %d follows".formatted(next.epoch().number()));
            boolean proven = proof(posted, stage.victimOf(cheat)).verify(vault);
            story.add(
                    "the victim's receipt of the part that was posted: "
                            + (proven ? "the vault confirms it" : "THE VAULT DENIES IT"));
            return new Verdict(
                    cheat,
                    isHalf && proven,
                    posted.epoch().debitOf(stage.victimOf(cheat).account()),
                    0,
                    BondTrial.seconds(System.nanoTime() - start),
                    gas,
                    story);
        }
    }

    private ReceiptProof proof(Posted posted, Party victim) throws Exception {
        List<Receipt> sealed = posted.epoch().sealed();
        Receipt own =
                sealed.stream()
                        .filter(one -> one.charge().requesterAccount() == victim.account())
                        .findFirst()
                        .orElseThrow();
        return ReceiptProof.of(
                own,
                sealed.stream().filter(one -> one.shard() == own.shard()).toList(),
                posted.epoch().parts().get(0),
                new ReceiptLeaf(new Eip712Domain(stage.stack().chainId(), stage.stack().vault())),
                stage.vault().SHARD_DEPTH().send().intValueExact());
    }

    static String settled(Posted posted) {
        return "settled: epoch %d in %s, %,d gas"
                .formatted(posted.epoch().number(), posted.transaction(), posted.gas());
    }
}
