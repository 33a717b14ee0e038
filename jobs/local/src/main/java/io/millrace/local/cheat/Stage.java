package io.millrace.local.cheat;

import io.millrace.admit.Price;
import io.millrace.audit.Books;
import io.millrace.audit.read.JsonRpc;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.Wallet;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.watch.act.TribunalChain;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** A stack whose job is stopped, with all who are in it. */
final class Stage implements AutoCloseable {

    private final StackFile stack;
    private final Path directory;
    private final EvmSession session;
    private final TribunalChain tribunal;
    private final Cast cast;
    private final Market market;
    private final Settler settler;

    private Stage(
            StackFile stack,
            Path directory,
            EvmSession session,
            TribunalChain tribunal,
            Market market,
            Settler settler)
            throws IOException {
        this.stack = stack;
        this.directory = directory;
        this.session = session;
        this.tribunal = tribunal;
        this.cast = Cast.of(stack, directory);
        this.market = market;
        this.settler = settler;
    }

    static Stage open(StackFile stack, Path directory) throws Exception {
        EvmSession session = new EvmSession(stack.rpcUrl(), stack.chainId());
        TribunalChain tribunal = TribunalChain.of(new JsonRpc(stack.rpcUrl()), stack.vault());
        ModelRegistry registry = session.registry(stack.registry());
        byte[] model = Hex.decode(stack.model(), 32);
        BigInteger version = registry.modelOf(model).send().component3();
        var terms = registry.priceOf(model, version).send();
        Market market =
                new Market(
                        new Eip712Domain(stack.chainId(), stack.vault()),
                        stack.model(),
                        new Price(
                                terms.component1().longValueExact(),
                                version.intValueExact(),
                                terms.component2().intValueExact()),
                        tribunal.newest().seconds() * 1_000);
        return new Stage(stack, directory, session, tribunal, market, Settler.of(stack, directory));
    }

    /** An epoch that does what {@code cheat} says, of requests that come now. */
    Draft draft(Cheat cheat) throws IOException {
        market.moveTo(tribunal.newest().seconds() * 1_000);
        Draft draft = new Draft(market, cast, victimOf(cheat));
        cheat.falsify(draft);
        return draft;
    }

    /** The one whose epoch is posted by half has the lowest account: its slot comes first. */
    Party victimOf(Cheat cheat) {
        int place = List.of(Cheat.values()).indexOf(cheat);
        return cast.victims().get(cast.victims().size() - 1 - place);
    }

    /** The contracts in the hands of a requester. */
    Wallet walletOf(Party requester) throws IOException {
        for (StackFile.Account account : stack.requesters()) {
            if (account.account() == requester.account()) {
                return Wallet.open(stack, Path.of(account.keyFile()));
            }
        }
        throw new IllegalArgumentException("no requester has account " + requester.account());
    }

    /** For reading. */
    SettlementVault vault() {
        return session.vault(stack.vault());
    }

    StackFile stack() {
        return stack;
    }

    Path directory() {
        return directory;
    }

    EvmSession session() {
        return session;
    }

    TribunalChain tribunal() {
        return tribunal;
    }

    Cast cast() {
        return cast;
    }

    Settler settler() {
        return settler;
    }

    @Override
    public void close() {
        settler.close();
        session.close();
    }

    /** What the audit says in its line {@code name}, if that is red. */
    static String lineOf(Callable<Books> audit, String name) throws Exception {
        return audit.call().checks().stream()
                .filter(check -> check.name().equals(name) && !check.ok())
                .map(Books.Check::detail)
                .findFirst()
                .orElse("NOTHING FOUND");
    }
}
